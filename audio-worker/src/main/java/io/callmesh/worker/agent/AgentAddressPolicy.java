package io.callmesh.worker.agent;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Decides which addresses an agent may be at. Agent URLs come from whoever has an API key, so what
 * only we can reach is refused: everything in the special-purpose registries of IANA (RFC 6890 and
 * its updates) that is not globally reachable, and the metadata services of cloud providers.
 *
 * <p>When private addresses are allowed, those and loopback, unique-local and shared (RFC 6598)
 * ones pass; link-local, multicast and metadata addresses never do.
 */
public final class AgentAddressPolicy {
  private static final List<Network> METADATA =
      networks("168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::/32");
  private static final List<Network> PRIVATE =
      networks(
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "::1/128",
          "fc00::/7");
  private static final List<Network> NEVER =
      networks(
          "0.0.0.0/8",
          "169.254.0.0/16",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/3",
          "2001::/23",
          "2001:db8::/32",
          "2002::/16",
          "3fff::/20");
  private static final Network GLOBAL_UNICAST = Network.parse("2000::/3");
  private static final Network TRANSLATED = Network.parse("64:ff9b::/96");

  private final boolean allowPrivate;

  /** A policy that also allows private and loopback addresses, or does not. */
  public AgentAddressPolicy(boolean allowPrivate) {
    this.allowPrivate = allowPrivate;
  }

  /** Whether an agent may be at this address. */
  public boolean allows(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (TRANSLATED.contains(bytes)) { // NAT64 (RFC 6052): what counts is where it leads
      return allows(last4(bytes));
    }
    if (within(METADATA, bytes) || within(NEVER, bytes)) {
      return false;
    }
    if (within(PRIVATE, bytes)) {
      return allowPrivate;
    }
    return address instanceof Inet4Address || GLOBAL_UNICAST.contains(bytes);
  }

  private static boolean within(List<Network> networks, byte[] address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  private static InetAddress last4(byte[] bytes) {
    return address(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e); // only for a wrong length
    }
  }

  private static List<Network> networks(String... notations) {
    return List.of(notations).stream().map(Network::parse).toList();
  }

  /** A range of addresses: those that share their first bits. */
  private static final class Network {
    private final byte[] prefix;
    private final int bits;

    private Network(byte[] prefix, int bits) {
      this.prefix = prefix;
      this.bits = bits;
    }

    static Network parse(String notation) {
      int slash = notation.indexOf('/');
      try {
        // A literal is never looked up.
        byte[] prefix = InetAddress.getByName(notation.substring(0, slash)).getAddress();
        return new Network(prefix, Integer.parseInt(notation.substring(slash + 1)));
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException(notation, e);
      }
    }

    boolean contains(byte[] address) {
      if (address.length != prefix.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit & 7);
        if (((address[bit >> 3] ^ prefix[bit >> 3]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
