package io.callmesh.simulator.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Connects streams to their target, with TLS where it is wanted. The event loop's own. */
final class Dialer {
  private static final int CONNECT_TIMEOUT_MS = 15_000;

  private final LoadTarget target;
  private final Bootstrap bootstrap;

  Dialer(EventLoop loop, LoadTarget target, boolean trusting) throws LoadException {
    this.target = target;
    SslContext tls = target.tls() ? tls(trusting) : null;
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .handler(new Security(target, tls));
  }

  private static SslContext tls(boolean trusting) throws LoadException {
    SslContextBuilder builder = SslContextBuilder.forClient();
    try {
      return trusting
          ? builder
              .trustManager(InsecureTrustManagerFactory.INSTANCE)
              .endpointIdentificationAlgorithm(null)
              .build()
          : builder.build();
    } catch (SSLException e) {
      throw new LoadException("TLS does not work here: " + e.getMessage());
    }
  }

  private static final class Security extends ChannelInitializer<Channel> {
    private final LoadTarget target;
    private final @Nullable SslContext tls;

    Security(LoadTarget target, @Nullable SslContext tls) {
      this.target = target;
      this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (tls != null) {
        SslHandler handler = tls.newHandler(channel.alloc(), target.host(), target.port());
        var unused = channel.pipeline().addLast(handler);
      }
    }
  }

  /** Connects a stream and lets it begin, or tells it why not. */
  void dial(LoadStream stream) {
    ChannelFuture connecting = bootstrap.connect(target.host(), target.port());
    var unused =
        connecting.addListener(
            connected -> {
              if (connected.isSuccess()) {
                shakeHands(connecting.channel(), stream);
              } else {
                stream.unreachable(connected.cause());
              }
            });
  }

  private static void shakeHands(Channel channel, LoadStream stream) {
    var added = channel.pipeline().addLast(stream);
    SslHandler tls = added.get(SslHandler.class);
    if (tls == null) {
      stream.shakeHands();
      return;
    }
    var unused =
        tls.handshakeFuture()
            .addListener(
                secure -> {
                  if (secure.isSuccess()) {
                    stream.shakeHands();
                  }
                });
  }
}
