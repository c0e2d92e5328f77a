/**
 * A project's whole configuration as one document, read and replaced as one: for those who keep it
 * in git. Reading, checking and comparing happen on worker threads, since documents may be large.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.routing.project;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
