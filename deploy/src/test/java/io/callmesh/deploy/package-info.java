/**
 * Holds the images, the manifests and the operator's pages to the code. Nothing is copied here from
 * the code: defaults come from its resources, routes from its routers, and what a service requires
 * from constructing it with the settings that its pod would get.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.deploy;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
