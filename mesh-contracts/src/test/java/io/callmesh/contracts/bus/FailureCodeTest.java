package io.callmesh.contracts.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureCodeTest {

  @ParameterizedTest
  @EnumSource(FailureCode.class)
  void comesBackFromItsFailure(FailureCode code) {
    assertThat(FailureCode.of(new BusFailure(code, "why"))).isEqualTo(code);
    assertThat(FailureCode.of(BusFailure.of(new BusFailure(code, "why")))).isEqualTo(code);
  }

  @Test
  void takesTimeoutsAndVanishedHandlersForUnavailable() {
    assertThat(FailureCode.of(new ReplyException(ReplyFailure.TIMEOUT, "late")))
        .isEqualTo(FailureCode.UNAVAILABLE);
    assertThat(FailureCode.of(new ReplyException(ReplyFailure.NO_HANDLERS, "gone")))
        .isEqualTo(FailureCode.UNAVAILABLE);
  }

  @Test
  void takesWhatItDoesNotKnowForInternal() {
    assertThat(FailureCode.of(new IllegalStateException("x"))).isEqualTo(FailureCode.INTERNAL);
    assertThat(FailureCode.of(new ReplyException(ReplyFailure.RECIPIENT_FAILURE, 99, "newer")))
        .isEqualTo(FailureCode.INTERNAL);
    assertThat(FailureCode.of(BusFailure.of(new IllegalStateException("x"))))
        .isEqualTo(FailureCode.INTERNAL);
  }

  @Test
  void isWorthAnotherTryWhenAnotherWorkerMayDoBetter() {
    assertThat(FailureCode.BUSY.retryable()).isTrue();
    assertThat(FailureCode.DRAINING.retryable()).isTrue();
    assertThat(FailureCode.UNAVAILABLE.retryable()).isTrue();
    assertThat(FailureCode.BAD_REQUEST.retryable()).isFalse();
    assertThat(FailureCode.INTERNAL.retryable()).isFalse();
  }
}
