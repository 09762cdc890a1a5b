/**
 * The constants of Python's `socket`, with the numbers of the running platform.
 *
 * A constant that the platform does not have is `-1`, which every call refuses
 * with the kernel's error.
 *
 * ```ts
 * import { AF_INET, AF_PACKET } from "@berkeley/socket/socket";
 * import { assert, assertEquals } from "@std/assert";
 *
 * assertEquals<number>(AF_INET, 2);
 * assert(AF_PACKET === 17 || AF_PACKET === -1); // only Linux has it
 * ```
 *
 * Port of the constants of
 * {@link https://docs.python.org/3.13/library/socket.html#constants | `socket`}.
 *
 * @module
 */
import { darwin } from "./darwin.ts";
import type {
  DatagramKind,
  Inet6Family,
  InetFamily,
  StreamKind,
  UnixFamily,
} from "./family.ts";
import { type ConstantName, linux } from "./linux.ts";
import { platform } from "./platform.ts";
import { windows } from "./windows.ts";

export type {
  DatagramKind,
  Family,
  Inet6Family,
  InetFamily,
  SocketKind,
  StreamKind,
  UnixFamily,
} from "./family.ts";

const table: Readonly<Record<ConstantName, number>> =
  { linux, darwin, windows }[platform];

// Address families, for `socket()`; `address_families(7)`.

/** Unspecified: any family, for `getaddrinfo`. */
export const AF_UNSPEC: number = table.AF_UNSPEC;
/** IPv4, whose addresses are `[host, port]`; `ip(7)`. */
export const AF_INET: InetFamily = table.AF_INET as InetFamily;
/** IPv6, whose addresses are `[host, port, flowinfo, scopeid]`; `ipv6(7)`. */
export const AF_INET6: Inet6Family = table.AF_INET6 as Inet6Family;
/** Sockets within one machine, whose addresses are paths; `unix(7)`. */
export const AF_UNIX: UnixFamily = table.AF_UNIX as UnixFamily;
/** The Linux kernel's ciphers and hashes, called through a socket. */
export const AF_ALG: number = table.AF_ALG;
/** AppleTalk; `ddp(7)`. */
export const AF_APPLETALK: number = table.AF_APPLETALK;
/** Ash; Linux has only the number. */
export const AF_ASH: number = table.AF_ASH;
/** ATM, permanent virtual circuits. */
export const AF_ATMPVC: number = table.AF_ATMPVC;
/** ATM, switched virtual circuits. */
export const AF_ATMSVC: number = table.AF_ATMSVC;
/** AX.25, amateur packet radio. */
export const AF_AX25: number = table.AF_AX25;
/** Ethernet bridging, named in netlink messages. */
export const AF_BRIDGE: number = table.AF_BRIDGE;
/** The Controller Area Network of cars and machines. */
export const AF_CAN: number = table.AF_CAN;
/** Acorn Econet, which Linux dropped in 3.5. */
export const AF_ECONET: number = table.AF_ECONET;
/** IPX, the protocol of Novell NetWare. */
export const AF_IPX: number = table.AF_IPX;
/** Infrared links (IrDA), which Linux dropped in 4.17. */
export const AF_IRDA: number = table.AF_IRDA;
/** IPsec key management, RFC 2367. */
export const AF_KEY: number = table.AF_KEY;
/** Logical link control of IEEE 802.2. */
export const AF_LLC: number = table.AF_LLC;
/** NetBEUI; Linux has only the number. */
export const AF_NETBEUI: number = table.AF_NETBEUI;
/** Messages to and from the kernel; `netlink(7)`. */
export const AF_NETLINK: number = table.AF_NETLINK;
/** NET/ROM, a network over {@linkcode AF_AX25}. */
export const AF_NETROM: number = table.AF_NETROM;
/** Packets at the link layer; `packet(7)`. */
export const AF_PACKET: number = table.AF_PACKET;
/** PPP over other links, such as Ethernet (PPPoE). */
export const AF_PPPOX: number = table.AF_PPPOX;
/** The router between the processors of a Qualcomm chip. */
export const AF_QIPCRTR: number = table.AF_QIPCRTR;
/** Reliable datagrams (RDS) over InfiniBand or TCP. */
export const AF_RDS: number = table.AF_RDS;
/** ROSE, packet radio over {@linkcode AF_AX25}. */
export const AF_ROSE: number = table.AF_ROSE;
/**
 * Routing messages: another name for {@linkcode AF_NETLINK} on Linux, `route(4)`
 * on macOS.
 */
export const AF_ROUTE: number = table.AF_ROUTE;
/** Security callbacks; Linux has only the number. */
export const AF_SECURITY: number = table.AF_SECURITY;
/** IBM SNA. */
export const AF_SNA: number = table.AF_SNA;
/** TIPC, messages between the nodes of a cluster. */
export const AF_TIPC: number = table.AF_TIPC;
/** Sockets between a virtual machine and its host; `vsock(7)`. */
export const AF_VSOCK: number = table.AF_VSOCK;
/** Sangoma WANPIPE cards; Linux has only the number. */
export const AF_WANPIPE: number = table.AF_WANPIPE;
/** X.25 packet switching; `x25(7)`. */
export const AF_X25: number = table.AF_X25;
/** The protocol family of {@linkcode AF_CAN}, with the same number. */
export const PF_CAN: number = table.PF_CAN;
/** The protocol family of {@linkcode AF_PACKET}, with the same number. */
export const PF_PACKET: number = table.PF_PACKET;
/** The protocol family of {@linkcode AF_RDS}, with the same number. */
export const PF_RDS: number = table.PF_RDS;

// Socket types, and flags that are added to them; `socket(2)`.

/** A connection that carries bytes in order, such as TCP's. */
export const SOCK_STREAM: StreamKind = table.SOCK_STREAM as StreamKind;
/**
 * Datagrams: messages that may be lost, duplicated or reordered, such as UDP's.
 */
export const SOCK_DGRAM: DatagramKind = table.SOCK_DGRAM as DatagramKind;
/** Packets with their protocol's header; `raw(7)`. */
export const SOCK_RAW: number = table.SOCK_RAW;
/** Datagrams delivered reliably, in any order. */
export const SOCK_RDM: number = table.SOCK_RDM;
/** A connection that carries whole messages in order. */
export const SOCK_SEQPACKET: number = table.SOCK_SEQPACKET;
/** Flag: programs run by `exec` do not inherit the descriptor. */
export const SOCK_CLOEXEC: number = table.SOCK_CLOEXEC;
/** Flag: the descriptor is non-blocking from the start. */
export const SOCK_NONBLOCK: number = table.SOCK_NONBLOCK;

// Levels of `getsockopt` and `setsockopt`, and of ancillary data.

/** The level of the options of every socket; `socket(7)`. */
export const SOL_SOCKET: number = table.SOL_SOCKET;
/** The level of {@linkcode AF_ALG}. */
export const SOL_ALG: number = table.SOL_ALG;
/** The number from which the CAN protocols' levels are counted. */
export const SOL_CAN_BASE: number = table.SOL_CAN_BASE;
/** The level of {@linkcode CAN_RAW}. */
export const SOL_CAN_RAW: number = table.SOL_CAN_RAW;
/** The level of IPv4, the same as {@linkcode IPPROTO_IP}; `ip(7)`. */
export const SOL_IP: number = table.SOL_IP;
/** The level of {@linkcode AF_RDS}. */
export const SOL_RDS: number = table.SOL_RDS;
/** The level of TCP, the same as {@linkcode IPPROTO_TCP}; `tcp(7)`. */
export const SOL_TCP: number = table.SOL_TCP;
/** The level of {@linkcode AF_TIPC}. */
export const SOL_TIPC: number = table.SOL_TIPC;
/** The level of UDP, the same as {@linkcode IPPROTO_UDP}; `udp(7)`. */
export const SOL_UDP: number = table.SOL_UDP;

// Options of SOL_SOCKET; `socket(7)`.

/** Read only: 1 if the socket listens. */
export const SO_ACCEPTCONN: number = table.SO_ACCEPTCONN;
/** The name of the one network interface that the socket uses. */
export const SO_BINDTODEVICE: number = table.SO_BINDTODEVICE;
/** As {@linkcode SO_BINDTODEVICE}, with the interface's index. */
export const SO_BINDTOIFINDEX: number = table.SO_BINDTOIFINDEX;
/** Allows datagrams to a broadcast address. */
export const SO_BROADCAST: number = table.SO_BROADCAST;
/** Records debugging information in the kernel. */
export const SO_DEBUG: number = table.SO_DEBUG;
/** Read only: the address family. */
export const SO_DOMAIN: number = table.SO_DOMAIN;
/** Sends to directly connected hosts only, not through a gateway. */
export const SO_DONTROUTE: number = table.SO_DONTROUTE;
/** Read only: the pending error's `errno`, which reading clears. */
export const SO_ERROR: number = table.SO_ERROR;
/** The processor that handles the socket's packets. */
export const SO_INCOMING_CPU: number = table.SO_INCOMING_CPU;
/** Probes an idle connection, to detect that the peer is gone. */
export const SO_KEEPALIVE: number = table.SO_KEEPALIVE;
/** Whether and how long `close` waits for unsent data, in a `struct linger`. */
export const SO_LINGER: number = table.SO_LINGER;
/** A mark on each packet sent, for routing and filtering. */
export const SO_MARK: number = table.SO_MARK;
/** Keeps urgent data in the stream. */
export const SO_OOBINLINE: number = table.SO_OOBINLINE;
/** Receives the sender's credentials with each message; `unix(7)`. */
export const SO_PASSCRED: number = table.SO_PASSCRED;
/** Receives the sender's security label with each message; `unix(7)`. */
export const SO_PASSSEC: number = table.SO_PASSSEC;
/** Read only: process, user and group of the peer; `unix(7)`. */
export const SO_PEERCRED: number = table.SO_PEERCRED;
/** Read only: the peer's security label; `unix(7)`. */
export const SO_PEERSEC: number = table.SO_PEERSEC;
/** The priority of the packets sent. */
export const SO_PRIORITY: number = table.SO_PRIORITY;
/** Read only: the protocol's number. */
export const SO_PROTOCOL: number = table.SO_PROTOCOL;
/** Size of the receive buffer in bytes; Linux doubles what is set. */
export const SO_RCVBUF: number = table.SO_RCVBUF;
/** The minimum of bytes for which a receiving call returns. */
export const SO_RCVLOWAT: number = table.SO_RCVLOWAT;
/** Time after which a blocking receive fails, in a `struct timeval`. */
export const SO_RCVTIMEO: number = table.SO_RCVTIMEO;
/**
 * Lets `bind` take a local address that old connections still hold; on Windows,
 * even one in use.
 */
export const SO_REUSEADDR: number = table.SO_REUSEADDR;
/** Lets several sockets bind to one address and share its traffic. */
export const SO_REUSEPORT: number = table.SO_REUSEPORT;
/** Size of the send buffer in bytes; Linux doubles what is set. */
export const SO_SNDBUF: number = table.SO_SNDBUF;
/** The minimum of free bytes for which a socket is writable; fixed at 1 on Linux. */
export const SO_SNDLOWAT: number = table.SO_SNDLOWAT;
/** Time after which a blocking send fails, in a `struct timeval`. */
export const SO_SNDTIMEO: number = table.SO_SNDTIMEO;
/** Read only: the socket's type, such as {@linkcode SOCK_STREAM}. */
export const SO_TYPE: number = table.SO_TYPE;

// Protocols, third argument of `socket()` and levels of options;
// `protocols(5)`.

/** IPv4 as a level of options; as a protocol, the type's usual one. */
export const IPPROTO_IP: number = table.IPPROTO_IP;
/** IPsec authentication header. */
export const IPPROTO_AH: number = table.IPPROTO_AH;
/** IPv6 destination options header. */
export const IPPROTO_DSTOPTS: number = table.IPPROTO_DSTOPTS;
/** Exterior Gateway Protocol. */
export const IPPROTO_EGP: number = table.IPPROTO_EGP;
/** IPsec encapsulating security payload. */
export const IPPROTO_ESP: number = table.IPPROTO_ESP;
/** IPv6 fragment header. */
export const IPPROTO_FRAGMENT: number = table.IPPROTO_FRAGMENT;
/** Generic routing encapsulation. */
export const IPPROTO_GRE: number = table.IPPROTO_GRE;
/** IPv6 hop-by-hop options header. */
export const IPPROTO_HOPOPTS: number = table.IPPROTO_HOPOPTS;
/** ICMP, the control messages of IPv4; `icmp(7)`. */
export const IPPROTO_ICMP: number = table.IPPROTO_ICMP;
/** ICMPv6, the control messages of IPv6. */
export const IPPROTO_ICMPV6: number = table.IPPROTO_ICMPV6;
/** Xerox NS IDP. */
export const IPPROTO_IDP: number = table.IPPROTO_IDP;
/** IGMP, membership of multicast groups. */
export const IPPROTO_IGMP: number = table.IPPROTO_IGMP;
/** IPv4 within IPv4. */
export const IPPROTO_IPIP: number = table.IPPROTO_IPIP;
/** IPv6 as a level of options, and IPv6 within IP; `ipv6(7)`. */
export const IPPROTO_IPV6: number = table.IPPROTO_IPV6;
/** Multipath TCP, RFC 8684. */
export const IPPROTO_MPTCP: number = table.IPPROTO_MPTCP;
/** IPv6: no header follows. */
export const IPPROTO_NONE: number = table.IPPROTO_NONE;
/** Protocol Independent Multicast. */
export const IPPROTO_PIM: number = table.IPPROTO_PIM;
/** PUP, the PARC Universal Packet. */
export const IPPROTO_PUP: number = table.IPPROTO_PUP;
/** Raw IP packets, whose header the caller writes; `raw(7)`. */
export const IPPROTO_RAW: number = table.IPPROTO_RAW;
/** IPv6 routing header. */
export const IPPROTO_ROUTING: number = table.IPPROTO_ROUTING;
/** Resource reservation (RSVP). */
export const IPPROTO_RSVP: number = table.IPPROTO_RSVP;
/** SCTP, messages in several streams. */
export const IPPROTO_SCTP: number = table.IPPROTO_SCTP;
/** TCP; `tcp(7)`. */
export const IPPROTO_TCP: number = table.IPPROTO_TCP;
/** ISO transport protocol class 4. */
export const IPPROTO_TP: number = table.IPPROTO_TP;
/** UDP; `udp(7)`. */
export const IPPROTO_UDP: number = table.IPPROTO_UDP;
/** UDP-Lite, with a partial checksum; `udplite(7)`. */
export const IPPROTO_UDPLITE: number = table.IPPROTO_UDPLITE;

// Options of IPPROTO_IP; `ip(7)`.

/** Joins a multicast group, given by a `struct ip_mreq`. */
export const IP_ADD_MEMBERSHIP: number = table.IP_ADD_MEMBERSHIP;
/** Joins a multicast group for one source. */
export const IP_ADD_SOURCE_MEMBERSHIP: number = table.IP_ADD_SOURCE_MEMBERSHIP;
/** Lets `connect` instead of `bind` choose the port if port 0 is bound. */
export const IP_BIND_ADDRESS_NO_PORT: number = table.IP_BIND_ADDRESS_NO_PORT;
/** Blocks one source of a joined multicast group. */
export const IP_BLOCK_SOURCE: number = table.IP_BLOCK_SOURCE;
/** The default of {@linkcode IP_MULTICAST_LOOP}. */
export const IP_DEFAULT_MULTICAST_LOOP: number =
  table.IP_DEFAULT_MULTICAST_LOOP;
/** The default of {@linkcode IP_MULTICAST_TTL}. */
export const IP_DEFAULT_MULTICAST_TTL: number = table.IP_DEFAULT_MULTICAST_TTL;
/** Leaves a multicast group. */
export const IP_DROP_MEMBERSHIP: number = table.IP_DROP_MEMBERSHIP;
/** Leaves a multicast group for one source. */
export const IP_DROP_SOURCE_MEMBERSHIP: number =
  table.IP_DROP_SOURCE_MEMBERSHIP;
/** The caller writes the IP header of what a raw socket sends; `raw(7)`. */
export const IP_HDRINCL: number = table.IP_HDRINCL;
/** How many multicast groups one socket can join. */
export const IP_MAX_MEMBERSHIPS: number = table.IP_MAX_MEMBERSHIPS;
/** The interface that multicast datagrams leave by. */
export const IP_MULTICAST_IF: number = table.IP_MULTICAST_IF;
/** Whether the sending host receives its own multicast datagrams. */
export const IP_MULTICAST_LOOP: number = table.IP_MULTICAST_LOOP;
/** Time to live of multicast datagrams, 1 by default. */
export const IP_MULTICAST_TTL: number = table.IP_MULTICAST_TTL;
/** IP options sent with every packet. */
export const IP_OPTIONS: number = table.IP_OPTIONS;
/** Receives the arrival interface and address of each datagram. */
export const IP_PKTINFO: number = table.IP_PKTINFO;
/** Receives the IP options of each packet. */
export const IP_RECVOPTS: number = table.IP_RECVOPTS;
/** Receives the unprocessed IP options of each packet. */
export const IP_RECVRETOPTS: number = table.IP_RECVRETOPTS;
/** Receives the type of service of each packet. */
export const IP_RECVTOS: number = table.IP_RECVTOS;
/** Unprocessed IP options, as received or to send. */
export const IP_RETOPTS: number = table.IP_RETOPTS;
/** The type-of-service byte of the packets sent. */
export const IP_TOS: number = table.IP_TOS;
/** Lets a transparent proxy bind to addresses of other hosts. */
export const IP_TRANSPARENT: number = table.IP_TRANSPARENT;
/** Time to live of the packets sent. */
export const IP_TTL: number = table.IP_TTL;
/** Undoes {@linkcode IP_BLOCK_SOURCE}. */
export const IP_UNBLOCK_SOURCE: number = table.IP_UNBLOCK_SOURCE;

// Options of IPPROTO_IPV6; `ipv6(7)`, RFC 3493 and RFC 3542.

/** Where in a raw packet the kernel puts its checksum, in bytes. */
export const IPV6_CHECKSUM: number = table.IPV6_CHECKSUM;
/** Refuses to send packets that would have to be fragmented. */
export const IPV6_DONTFRAG: number = table.IPV6_DONTFRAG;
/** Destination options of the packets sent. */
export const IPV6_DSTOPTS: number = table.IPV6_DSTOPTS;
/** Hop limit of one packet, as ancillary data. */
export const IPV6_HOPLIMIT: number = table.IPV6_HOPLIMIT;
/** Hop-by-hop options of the packets sent. */
export const IPV6_HOPOPTS: number = table.IPV6_HOPOPTS;
/** Joins a multicast group, given by a `struct ipv6_mreq`. */
export const IPV6_JOIN_GROUP: number = table.IPV6_JOIN_GROUP;
/** Leaves a multicast group. */
export const IPV6_LEAVE_GROUP: number = table.IPV6_LEAVE_GROUP;
/** Hop limit of multicast datagrams, 1 by default. */
export const IPV6_MULTICAST_HOPS: number = table.IPV6_MULTICAST_HOPS;
/** Index of the interface that multicast datagrams leave by. */
export const IPV6_MULTICAST_IF: number = table.IPV6_MULTICAST_IF;
/** Whether the sending host receives its own multicast datagrams. */
export const IPV6_MULTICAST_LOOP: number = table.IPV6_MULTICAST_LOOP;
/** Address of the first hop for the packets sent. */
export const IPV6_NEXTHOP: number = table.IPV6_NEXTHOP;
/** Read only: the largest packet that the path to the peer takes. */
export const IPV6_PATHMTU: number = table.IPV6_PATHMTU;
/** Source address and interface of one packet, as ancillary data. */
export const IPV6_PKTINFO: number = table.IPV6_PKTINFO;
/** Receives the destination options of each packet. */
export const IPV6_RECVDSTOPTS: number = table.IPV6_RECVDSTOPTS;
/** Receives the hop limit of each packet. */
export const IPV6_RECVHOPLIMIT: number = table.IPV6_RECVHOPLIMIT;
/** Receives the hop-by-hop options of each packet. */
export const IPV6_RECVHOPOPTS: number = table.IPV6_RECVHOPOPTS;
/** Reports that the path takes only smaller packets. */
export const IPV6_RECVPATHMTU: number = table.IPV6_RECVPATHMTU;
/** Receives the arrival interface and address of each packet. */
export const IPV6_RECVPKTINFO: number = table.IPV6_RECVPKTINFO;
/** Receives the routing header of each packet. */
export const IPV6_RECVRTHDR: number = table.IPV6_RECVRTHDR;
/** Receives the traffic class of each packet. */
export const IPV6_RECVTCLASS: number = table.IPV6_RECVTCLASS;
/** Routing header of the packets sent. */
export const IPV6_RTHDR: number = table.IPV6_RTHDR;
/** Destination options that stand before the routing header. */
export const IPV6_RTHDRDSTOPTS: number = table.IPV6_RTHDRDSTOPTS;
/** The routing header of type 0, deprecated by RFC 5095. */
export const IPV6_RTHDR_TYPE_0: number = table.IPV6_RTHDR_TYPE_0;
/** Traffic class of the packets sent. */
export const IPV6_TCLASS: number = table.IPV6_TCLASS;
/** Hop limit of the packets sent to one host. */
export const IPV6_UNICAST_HOPS: number = table.IPV6_UNICAST_HOPS;
/** Restricts an IPv6 socket to IPv6 peers. */
export const IPV6_V6ONLY: number = table.IPV6_V6ONLY;

// Options of IPPROTO_TCP; `tcp(7)`.

/** Read only: figures of the congestion control algorithm. */
export const TCP_CC_INFO: number = table.TCP_CC_INFO;
/** The name of the congestion control algorithm, such as `cubic`. */
export const TCP_CONGESTION: number = table.TCP_CONGESTION;
/** Holds back partial segments until it is unset. */
export const TCP_CORK: number = table.TCP_CORK;
/** On a listener: accepts a connection only when data arrives, within so many seconds. */
export const TCP_DEFER_ACCEPT: number = table.TCP_DEFER_ACCEPT;
/**
 * On a listener: takes data with the first segment (RFC 7413); the value is the
 * longest queue of such connections on Linux.
 */
export const TCP_FASTOPEN: number = table.TCP_FASTOPEN;
/** On a client: `connect` waits for the first write, to send its data along. */
export const TCP_FASTOPEN_CONNECT: number = table.TCP_FASTOPEN_CONNECT;
/** The key that fast-open cookies are made with. */
export const TCP_FASTOPEN_KEY: number = table.TCP_FASTOPEN_KEY;
/** Allows fast open without a cookie. */
export const TCP_FASTOPEN_NO_COOKIE: number = table.TCP_FASTOPEN_NO_COOKIE;
/** Read only: state and figures of the connection, in a `struct tcp_info`. */
export const TCP_INFO: number = table.TCP_INFO;
/** Reports with each read how many bytes are still in the queue. */
export const TCP_INQ: number = table.TCP_INQ;
/** Unanswered keep-alive probes after which the connection is dropped. */
export const TCP_KEEPCNT: number = table.TCP_KEEPCNT;
/**
 * Idle seconds before the first keep-alive probe; macOS calls it
 * `TCP_KEEPALIVE`.
 */
export const TCP_KEEPIDLE: number = table.TCP_KEEPIDLE;
/** Seconds between keep-alive probes. */
export const TCP_KEEPINTVL: number = table.TCP_KEEPINTVL;
/** Seconds that a closed socket stays in the state FIN-WAIT-2. */
export const TCP_LINGER2: number = table.TCP_LINGER2;
/** The largest segment sent, in bytes. */
export const TCP_MAXSEG: number = table.TCP_MAXSEG;
/** Signs segments to one peer with MD5, RFC 2385. */
export const TCP_MD5SIG: number = table.TCP_MD5SIG;
/** As {@linkcode TCP_MD5SIG}, for all peers of an address prefix. */
export const TCP_MD5SIG_EXT: number = table.TCP_MD5SIG_EXT;
/** Sends small segments at once, without Nagle's algorithm. */
export const TCP_NODELAY: number = table.TCP_NODELAY;
/** Unsent bytes above which a socket is not writable. */
export const TCP_NOTSENT_LOWAT: number = table.TCP_NOTSENT_LOWAT;
/** Sequence number of the queue under {@linkcode TCP_REPAIR}. */
export const TCP_QUEUE_SEQ: number = table.TCP_QUEUE_SEQ;
/** Sends acknowledgements at once instead of delaying them. */
export const TCP_QUICKACK: number = table.TCP_QUICKACK;
/** Gives access to the connection's state, for checkpoint and restore. */
export const TCP_REPAIR: number = table.TCP_REPAIR;
/** The options agreed with the peer, under {@linkcode TCP_REPAIR}. */
export const TCP_REPAIR_OPTIONS: number = table.TCP_REPAIR_OPTIONS;
/** The queue that reads and writes use, under {@linkcode TCP_REPAIR}. */
export const TCP_REPAIR_QUEUE: number = table.TCP_REPAIR_QUEUE;
/** The window's state, under {@linkcode TCP_REPAIR}. */
export const TCP_REPAIR_WINDOW: number = table.TCP_REPAIR_WINDOW;
/** Read only: the headers kept by {@linkcode TCP_SAVE_SYN}. */
export const TCP_SAVED_SYN: number = table.TCP_SAVED_SYN;
/** On a listener: keeps the headers of each connection's first segment. */
export const TCP_SAVE_SYN: number = table.TCP_SAVE_SYN;
/** How many times `connect` sends its first segment again. */
export const TCP_SYNCNT: number = table.TCP_SYNCNT;
/** Resends after one duplicate acknowledgement, on thin streams. */
export const TCP_THIN_DUPACK: number = table.TCP_THIN_DUPACK;
/** Does not lengthen the resend timer each time, on thin streams. */
export const TCP_THIN_LINEAR_TIMEOUTS: number = table.TCP_THIN_LINEAR_TIMEOUTS;
/** The clock of the TCP timestamps, settable under {@linkcode TCP_REPAIR}. */
export const TCP_TIMESTAMP: number = table.TCP_TIMESTAMP;
/** Delays every packet sent by so many microseconds. */
export const TCP_TX_DELAY: number = table.TCP_TX_DELAY;
/** Attaches a protocol of the kernel, such as `tls`, to the connection. */
export const TCP_ULP: number = table.TCP_ULP;
/** Milliseconds that sent data may stay unacknowledged. */
export const TCP_USER_TIMEOUT: number = table.TCP_USER_TIMEOUT;
/** Upper bound of the window that is advertised, in bytes. */
export const TCP_WINDOW_CLAMP: number = table.TCP_WINDOW_CLAMP;
/** Maps received data into memory instead of copying it. */
export const TCP_ZEROCOPY_RECEIVE: number = table.TCP_ZEROCOPY_RECEIVE;

// Options of IPPROTO_UDPLITE; `udplite(7)`.

/** The minimum of bytes that the checksum of a received packet must cover. */
export const UDPLITE_RECV_CSCOV: number = table.UDPLITE_RECV_CSCOV;
/** How many bytes the checksum of a sent packet covers. */
export const UDPLITE_SEND_CSCOV: number = table.UDPLITE_SEND_CSCOV;

// Flags of the receiving and sending calls; `recv(2)`, `send(2)`.

/** Programs run by `exec` do not inherit descriptors received with the message. */
export const MSG_CMSG_CLOEXEC: number = table.MSG_CMSG_CLOEXEC;
/** Confirms to the link layer that the peer answers. */
export const MSG_CONFIRM: number = table.MSG_CONFIRM;
/** Returned: ancillary data was cut off for lack of room. */
export const MSG_CTRUNC: number = table.MSG_CTRUNC;
/** Sends to a directly connected host, not through a gateway. */
export const MSG_DONTROUTE: number = table.MSG_DONTROUTE;
/** Fails with {@linkcode EAGAIN} instead of waiting, for this call. */
export const MSG_DONTWAIT: number = table.MSG_DONTWAIT;
/** Ends a record, on a socket whose type has records. */
export const MSG_EOR: number = table.MSG_EOR;
/** Receives from the socket's queue of errors. */
export const MSG_ERRQUEUE: number = table.MSG_ERRQUEUE;
/** Connects and sends in one, RFC 7413. */
export const MSG_FASTOPEN: number = table.MSG_FASTOPEN;
/** More data follows, so that a partial segment may wait. */
export const MSG_MORE: number = table.MSG_MORE;
/** Does not raise SIGPIPE if the peer is gone. */
export const MSG_NOSIGNAL: number = table.MSG_NOSIGNAL;
/** Sends or receives urgent data. */
export const MSG_OOB: number = table.MSG_OOB;
/** Receives data without taking it from the queue. */
export const MSG_PEEK: number = table.MSG_PEEK;
/**
 * Returned: the datagram was longer than the buffer; given: asks for its true
 * length.
 */
export const MSG_TRUNC: number = table.MSG_TRUNC;
/** Waits until the buffer is full. */
export const MSG_WAITALL: number = table.MSG_WAITALL;

// Ancillary data of SOL_SOCKET; `unix(7)`.

/** Process, user and group of the sender. */
export const SCM_CREDENTIALS: number = table.SCM_CREDENTIALS;
/** Open descriptors, passed to the receiver. */
export const SCM_RIGHTS: number = table.SCM_RIGHTS;

// How `shutdown` ends a connection, and the longest queue of `listen`.

/** Nothing more will be received; `shutdown(2)`. */
export const SHUT_RD: number = table.SHUT_RD;
/** Nothing more will be sent; `shutdown(2)`. */
export const SHUT_WR: number = table.SHUT_WR;
/** Nothing more will be received or sent; `shutdown(2)`. */
export const SHUT_RDWR: number = table.SHUT_RDWR;
/** The longest queue of connections not yet accepted; `listen(2)`. */
export const SOMAXCONN: number = table.SOMAXCONN;

// Flags of `getaddrinfo`; `getaddrinfo(3)`.

/** Returns addresses of a family only if this machine has one of that family. */
export const AI_ADDRCONFIG: number = table.AI_ADDRCONFIG;
/** With {@linkcode AI_V4MAPPED}: returns both IPv6 and mapped IPv4 addresses. */
export const AI_ALL: number = table.AI_ALL;
/** Returns the host's canonical name with the first result. */
export const AI_CANONNAME: number = table.AI_CANONNAME;
/** Takes only a numeric address, and does not look up names. */
export const AI_NUMERICHOST: number = table.AI_NUMERICHOST;
/** Takes only a port number, and does not look up services. */
export const AI_NUMERICSERV: number = table.AI_NUMERICSERV;
/** Without a host, returns the addresses to bind a server to. */
export const AI_PASSIVE: number = table.AI_PASSIVE;
/** Returns IPv4-mapped IPv6 addresses if the host has only IPv4 addresses. */
export const AI_V4MAPPED: number = table.AI_V4MAPPED;

// Errors of `getaddrinfo` and `getnameinfo`, the `errno` of a `gaierror`.

/** The host has no address of that family. */
export const EAI_ADDRFAMILY: number = table.EAI_ADDRFAMILY;
/** The name server cannot answer now; try again later. */
export const EAI_AGAIN: number = table.EAI_AGAIN;
/** The flags are wrong. */
export const EAI_BADFLAGS: number = table.EAI_BADFLAGS;
/** The name server failed for good. */
export const EAI_FAIL: number = table.EAI_FAIL;
/** The address family is not supported. */
export const EAI_FAMILY: number = table.EAI_FAMILY;
/** Out of memory. */
export const EAI_MEMORY: number = table.EAI_MEMORY;
/** The host exists but has no address. */
export const EAI_NODATA: number = table.EAI_NODATA;
/** The host or service is not known. */
export const EAI_NONAME: number = table.EAI_NONAME;
/** The buffer for a name was too small. */
export const EAI_OVERFLOW: number = table.EAI_OVERFLOW;
/** The service is not known for that socket type. */
export const EAI_SERVICE: number = table.EAI_SERVICE;
/** The socket type is not supported. */
export const EAI_SOCKTYPE: number = table.EAI_SOCKTYPE;
/** A system call failed; see `errno`. */
export const EAI_SYSTEM: number = table.EAI_SYSTEM;

// Flags and lengths of `getnameinfo`; `getnameinfo(3)`.

/** Looks up the UDP service, if UDP and TCP differ. */
export const NI_DGRAM: number = table.NI_DGRAM;
/** Decodes an internationalised host name. */
export const NI_IDN: number = table.NI_IDN;
/** The size of a buffer for the longest host name, in bytes. */
export const NI_MAXHOST: number = table.NI_MAXHOST;
/** The size of a buffer for the longest service name, in bytes. */
export const NI_MAXSERV: number = table.NI_MAXSERV;
/** Fails if the host's name cannot be found. */
export const NI_NAMEREQD: number = table.NI_NAMEREQD;
/** Returns names of local hosts without their domain. */
export const NI_NOFQDN: number = table.NI_NOFQDN;
/** Returns the host as a numeric address. */
export const NI_NUMERICHOST: number = table.NI_NUMERICHOST;
/** Returns the service as a port number. */
export const NI_NUMERICSERV: number = table.NI_NUMERICSERV;

// IPv4 addresses, as numbers in host byte order, and bounds of ports.

/** 224.0.0.1, the multicast group of all hosts. */
export const INADDR_ALLHOSTS_GROUP: number = table.INADDR_ALLHOSTS_GROUP;
/** 0.0.0.0, every address of this host. */
export const INADDR_ANY: number = table.INADDR_ANY;
/** 255.255.255.255, every host of this network. */
export const INADDR_BROADCAST: number = table.INADDR_BROADCAST;
/** 127.0.0.1, this host itself. */
export const INADDR_LOOPBACK: number = table.INADDR_LOOPBACK;
/** 224.0.0.255, the last multicast group that routers do not forward. */
export const INADDR_MAX_LOCAL_GROUP: number = table.INADDR_MAX_LOCAL_GROUP;
/** 255.255.255.255, which C's `inet_addr` returns for an error. */
export const INADDR_NONE: number = table.INADDR_NONE;
/** 224.0.0.0, the base of the multicast groups. */
export const INADDR_UNSPEC_GROUP: number = table.INADDR_UNSPEC_GROUP;
/** Ports below this one need privileges on Unix. */
export const IPPORT_RESERVED: number = table.IPPORT_RESERVED;
/** Ports above this one were reserved for servers without privileges. */
export const IPPORT_USERRESERVED: number = table.IPPORT_USERRESERVED;

// Ethernet protocols, and kinds of packets of AF_PACKET; `packet(7)`.

/** ARP within Ethernet. */
export const ETHERTYPE_ARP: number = table.ETHERTYPE_ARP;
/** IPv4 within Ethernet. */
export const ETHERTYPE_IP: number = table.ETHERTYPE_IP;
/** IPv6 within Ethernet. */
export const ETHERTYPE_IPV6: number = table.ETHERTYPE_IPV6;
/** A VLAN tag (IEEE 802.1Q) within Ethernet. */
export const ETHERTYPE_VLAN: number = table.ETHERTYPE_VLAN;
/** Every protocol, for a socket of {@linkcode AF_PACKET}. */
export const ETH_P_ALL: number = table.ETH_P_ALL;
/** A packet to all hosts of the link. */
export const PACKET_BROADCAST: number = table.PACKET_BROADCAST;
/** A packet of the fast path, kept within the kernel. */
export const PACKET_FASTROUTE: number = table.PACKET_FASTROUTE;
/** A packet to this host. */
export const PACKET_HOST: number = table.PACKET_HOST;
/** A packet looped back, kept within the kernel. */
export const PACKET_LOOPBACK: number = table.PACKET_LOOPBACK;
/** A packet to a multicast address of the link. */
export const PACKET_MULTICAST: number = table.PACKET_MULTICAST;
/** A packet to another host, seen in promiscuous mode. */
export const PACKET_OTHERHOST: number = table.PACKET_OTHERHOST;
/** A packet that this host sends. */
export const PACKET_OUTGOING: number = table.PACKET_OUTGOING;

// Protocols of AF_NETLINK; `netlink(7)`.

/** The kernel's register of ciphers. */
export const NETLINK_CRYPTO: number = table.NETLINK_CRYPTO;
/** DECnet routing messages, until Linux 6.1. */
export const NETLINK_DNRTMSG: number = table.NETLINK_DNRTMSG;
/** IPv4 packets passed on by the firewall, until Linux 3.5. */
export const NETLINK_FIREWALL: number = table.NETLINK_FIREWALL;
/** IPv6 packets passed on by the firewall, until Linux 3.5. */
export const NETLINK_IP6_FW: number = table.NETLINK_IP6_FW;
/** Packets logged by iptables' ULOG, until Linux 3.17. */
export const NETLINK_NFLOG: number = table.NETLINK_NFLOG;
/** Routes, links, addresses and neighbours; `rtnetlink(7)`. */
export const NETLINK_ROUTE: number = table.NETLINK_ROUTE;
/** Reserved for protocols between user programs. */
export const NETLINK_USERSOCK: number = table.NETLINK_USERSOCK;
/** IPsec. */
export const NETLINK_XFRM: number = table.NETLINK_XFRM;

// Addresses and options of AF_VSOCK; `vsock(7)`.

/** The `ioctl` request for this machine's context id. */
export const IOCTL_VM_SOCKETS_GET_LOCAL_CID: number =
  table.IOCTL_VM_SOCKETS_GET_LOCAL_CID;
/** Upper bound of the buffer's size, in bytes. */
export const SO_VM_SOCKETS_BUFFER_MAX_SIZE: number =
  table.SO_VM_SOCKETS_BUFFER_MAX_SIZE;
/** Lower bound of the buffer's size, in bytes. */
export const SO_VM_SOCKETS_BUFFER_MIN_SIZE: number =
  table.SO_VM_SOCKETS_BUFFER_MIN_SIZE;
/** Size of the buffer, in bytes. */
export const SO_VM_SOCKETS_BUFFER_SIZE: number =
  table.SO_VM_SOCKETS_BUFFER_SIZE;
/** Any context id, to bind to. */
export const VMADDR_CID_ANY: number = table.VMADDR_CID_ANY;
/** The context id of the host. */
export const VMADDR_CID_HOST: number = table.VMADDR_CID_HOST;
/** Any port, to bind to. */
export const VMADDR_PORT_ANY: number = table.VMADDR_PORT_ANY;
/** The vsock interface's result for an unsupported version. */
export const VM_SOCKETS_INVALID_VERSION: number =
  table.VM_SOCKETS_INVALID_VERSION;

// Operations and settings of AF_ALG; the kernel's `crypto/userspace-if`.

/** Decrypts; a value for {@linkcode ALG_SET_OP}. */
export const ALG_OP_DECRYPT: number = table.ALG_OP_DECRYPT;
/** Encrypts; a value for {@linkcode ALG_SET_OP}. */
export const ALG_OP_ENCRYPT: number = table.ALG_OP_ENCRYPT;
/**
 * Signs; a value for {@linkcode ALG_SET_OP} that mainline Linux does not have.
 */
export const ALG_OP_SIGN: number = table.ALG_OP_SIGN;
/**
 * Verifies a signature; a value for {@linkcode ALG_SET_OP} that mainline Linux
 * does not have.
 */
export const ALG_OP_VERIFY: number = table.ALG_OP_VERIFY;
/** Length of the data that is only authenticated, as ancillary data. */
export const ALG_SET_AEAD_ASSOCLEN: number = table.ALG_SET_AEAD_ASSOCLEN;
/** Option: length of the authentication tag. */
export const ALG_SET_AEAD_AUTHSIZE: number = table.ALG_SET_AEAD_AUTHSIZE;
/** Initialisation vector, as ancillary data. */
export const ALG_SET_IV: number = table.ALG_SET_IV;
/** Option: the key. */
export const ALG_SET_KEY: number = table.ALG_SET_KEY;
/** The operation, as ancillary data. */
export const ALG_SET_OP: number = table.ALG_SET_OP;
/**
 * Option: the public key. Mainline Linux does not have it: there 6 is
 * `ALG_SET_DRBG_ENTROPY`.
 */
export const ALG_SET_PUBKEY: number = table.ALG_SET_PUBKEY;

// AF_CAN: protocols, bits of an id, options of CAN_RAW.

/** Protocol: the broadcast manager, which sends and filters cyclic frames. */
export const CAN_BCM: number = table.CAN_BCM;
/** Protocol: ISO 15765-2, messages of more than one frame. */
export const CAN_ISOTP: number = table.CAN_ISOTP;
/** Protocol: SAE J1939, of lorries and agricultural machines. */
export const CAN_J1939: number = table.CAN_J1939;
/** Protocol: single frames. */
export const CAN_RAW: number = table.CAN_RAW;
/** In a frame's id: the id has 29 bits. */
export const CAN_EFF_FLAG: number = table.CAN_EFF_FLAG;
/** The bits of a 29-bit id. */
export const CAN_EFF_MASK: number = table.CAN_EFF_MASK;
/** In a frame's id: it reports an error. */
export const CAN_ERR_FLAG: number = table.CAN_ERR_FLAG;
/** The mask of the error classes. */
export const CAN_ERR_MASK: number = table.CAN_ERR_MASK;
/** In a frame's id: it requests that a frame be sent. */
export const CAN_RTR_FLAG: number = table.CAN_RTR_FLAG;
/** The bits of an 11-bit id. */
export const CAN_SFF_MASK: number = table.CAN_SFF_MASK;
/** Option: takes and sends CAN FD frames too. */
export const CAN_RAW_FD_FRAMES: number = table.CAN_RAW_FD_FRAMES;
/** Option: which ids to receive. */
export const CAN_RAW_FILTER: number = table.CAN_RAW_FILTER;
/** Option: a frame must pass all filters instead of one. */
export const CAN_RAW_JOIN_FILTERS: number = table.CAN_RAW_JOIN_FILTERS;
/** Option: other sockets of this host receive the sent frames. */
export const CAN_RAW_LOOPBACK: number = table.CAN_RAW_LOOPBACK;
/** Option: the socket receives its own frames. */
export const CAN_RAW_RECV_OWN_MSGS: number = table.CAN_RAW_RECV_OWN_MSGS;

// CAN_BCM: commands, answers and flags; `linux/can/bcm.h`.

/** Command: sets up a cyclic transmission. */
export const CAN_BCM_TX_SETUP: number = table.CAN_BCM_TX_SETUP;
/** Command: ends a cyclic transmission. */
export const CAN_BCM_TX_DELETE: number = table.CAN_BCM_TX_DELETE;
/** Command: reads a cyclic transmission's settings. */
export const CAN_BCM_TX_READ: number = table.CAN_BCM_TX_READ;
/** Command: sends one frame. */
export const CAN_BCM_TX_SEND: number = table.CAN_BCM_TX_SEND;
/** Answer to {@linkcode CAN_BCM_TX_READ}. */
export const CAN_BCM_TX_STATUS: number = table.CAN_BCM_TX_STATUS;
/** Notice: a counted transmission has sent its last frame. */
export const CAN_BCM_TX_EXPIRED: number = table.CAN_BCM_TX_EXPIRED;
/** Flag: sends changed data at once. */
export const CAN_BCM_TX_ANNOUNCE: number = table.CAN_BCM_TX_ANNOUNCE;
/** Flag: reports {@linkcode CAN_BCM_TX_EXPIRED} when the count reaches 0. */
export const CAN_BCM_TX_COUNTEVT: number = table.CAN_BCM_TX_COUNTEVT;
/** Flag: copies the id from the header into every frame. */
export const CAN_BCM_TX_CP_CAN_ID: number = table.CAN_BCM_TX_CP_CAN_ID;
/** Flag: restarts a sequence of frames. */
export const CAN_BCM_TX_RESET_MULTI_IDX: number =
  table.CAN_BCM_TX_RESET_MULTI_IDX;
/** Command: sets up a filter of received frames. */
export const CAN_BCM_RX_SETUP: number = table.CAN_BCM_RX_SETUP;
/** Command: ends a filter. */
export const CAN_BCM_RX_DELETE: number = table.CAN_BCM_RX_DELETE;
/** Command: reads a filter's settings. */
export const CAN_BCM_RX_READ: number = table.CAN_BCM_RX_READ;
/** Answer to {@linkcode CAN_BCM_RX_READ}. */
export const CAN_BCM_RX_STATUS: number = table.CAN_BCM_RX_STATUS;
/** Notice: a filtered frame's data has changed. */
export const CAN_BCM_RX_CHANGED: number = table.CAN_BCM_RX_CHANGED;
/** Notice: a cyclic frame did not arrive. */
export const CAN_BCM_RX_TIMEOUT: number = table.CAN_BCM_RX_TIMEOUT;
/** Flag: reports that frames arrive again after a timeout. */
export const CAN_BCM_RX_ANNOUNCE_RESUME: number =
  table.CAN_BCM_RX_ANNOUNCE_RESUME;
/** Flag: a changed length counts as changed data. */
export const CAN_BCM_RX_CHECK_DLC: number = table.CAN_BCM_RX_CHECK_DLC;
/** Flag: filters by id alone. */
export const CAN_BCM_RX_FILTER_ID: number = table.CAN_BCM_RX_FILTER_ID;
/** Flag: a frame does not start the timeout's timer. */
export const CAN_BCM_RX_NO_AUTOTIMER: number = table.CAN_BCM_RX_NO_AUTOTIMER;
/** Flag: answers a remote request with the given frame. */
export const CAN_BCM_RX_RTR_FRAME: number = table.CAN_BCM_RX_RTR_FRAME;
/** Flag: sets the intervals. */
export const CAN_BCM_SETTIMER: number = table.CAN_BCM_SETTIMER;
/** Flag: starts the timer. */
export const CAN_BCM_STARTTIMER: number = table.CAN_BCM_STARTTIMER;
/** Flag: the frames are CAN FD ones. */
export const CAN_BCM_CAN_FD_FRAME: number = table.CAN_BCM_CAN_FD_FRAME;

// CAN_J1939: addresses, messages, options and errors; `linux/can/j1939.h`.

/** Error queue: no further information. */
export const J1939_EE_INFO_NONE: number = table.J1939_EE_INFO_NONE;
/** Error queue: the transmission was aborted. */
export const J1939_EE_INFO_TX_ABORT: number = table.J1939_EE_INFO_TX_ABORT;
/** The maximum of filters of one socket. */
export const J1939_FILTER_MAX: number = table.J1939_FILTER_MAX;
/** The address of a node that has not claimed one. */
export const J1939_IDLE_ADDR: number = table.J1939_IDLE_ADDR;
/** The highest address of one node. */
export const J1939_MAX_UNICAST_ADDR: number = table.J1939_MAX_UNICAST_ADDR;
/** Error queue: how many bytes were acknowledged. */
export const J1939_NLA_BYTES_ACKED: number = table.J1939_NLA_BYTES_ACKED;
/** Error queue: an attribute that is only padding. */
export const J1939_NLA_PAD: number = table.J1939_NLA_PAD;
/** No address: all nodes. */
export const J1939_NO_ADDR: number = table.J1939_NO_ADDR;
/** No name. */
export const J1939_NO_NAME: number = table.J1939_NO_NAME;
/** No parameter group. */
export const J1939_NO_PGN: number = table.J1939_NO_PGN;
/** The parameter group that claims an address. */
export const J1939_PGN_ADDRESS_CLAIMED: number =
  table.J1939_PGN_ADDRESS_CLAIMED;
/** The parameter group that assigns an address to another node. */
export const J1939_PGN_ADDRESS_COMMANDED: number =
  table.J1939_PGN_ADDRESS_COMMANDED;
/** The highest parameter group. */
export const J1939_PGN_MAX: number = table.J1939_PGN_MAX;
/** The highest parameter group that is sent to one node. */
export const J1939_PGN_PDU1_MAX: number = table.J1939_PGN_PDU1_MAX;
/** The parameter group that requests another one. */
export const J1939_PGN_REQUEST: number = table.J1939_PGN_REQUEST;
/** Ancillary data: the address the message was sent to. */
export const SCM_J1939_DEST_ADDR: number = table.SCM_J1939_DEST_ADDR;
/** Ancillary data: the name the message was sent to. */
export const SCM_J1939_DEST_NAME: number = table.SCM_J1939_DEST_NAME;
/** Ancillary data: what the error queue reports. */
export const SCM_J1939_ERRQUEUE: number = table.SCM_J1939_ERRQUEUE;
/** Ancillary data: the message's priority. */
export const SCM_J1939_PRIO: number = table.SCM_J1939_PRIO;
/** Option: reports on transmissions through the error queue. */
export const SO_J1939_ERRQUEUE: number = table.SO_J1939_ERRQUEUE;
/** Option: which messages to receive. */
export const SO_J1939_FILTER: number = table.SO_J1939_FILTER;
/** Option: receives messages to other nodes, too. */
export const SO_J1939_PROMISC: number = table.SO_J1939_PROMISC;
/** Option: priority of the messages sent. */
export const SO_J1939_SEND_PRIO: number = table.SO_J1939_SEND_PRIO;

// AF_TIPC: kinds of address, options, subscriptions; `linux/tipc.h`.

/** Address kind: one socket. */
export const TIPC_ADDR_ID: number = table.TIPC_ADDR_ID;
/** Address kind: one service. */
export const TIPC_ADDR_NAME: number = table.TIPC_ADDR_NAME;
/** Address kind: a range of services. */
export const TIPC_ADDR_NAMESEQ: number = table.TIPC_ADDR_NAMESEQ;
/** The service type of the configuration service. */
export const TIPC_CFG_SRV: number = table.TIPC_CFG_SRV;
/** The service type of the topology service. */
export const TIPC_TOP_SRV: number = table.TIPC_TOP_SRV;
/** Known in the whole cluster. */
export const TIPC_CLUSTER_SCOPE: number = table.TIPC_CLUSTER_SCOPE;
/** Known on this node only. */
export const TIPC_NODE_SCOPE: number = table.TIPC_NODE_SCOPE;
/** Known in the whole zone, which is the cluster now. */
export const TIPC_ZONE_SCOPE: number = table.TIPC_ZONE_SCOPE;
/**
 * Option: the importance of messages; under load, less important ones are dropped first.
 */
export const TIPC_IMPORTANCE: number = table.TIPC_IMPORTANCE;
/** Least important, and the default. */
export const TIPC_LOW_IMPORTANCE: number = table.TIPC_LOW_IMPORTANCE;
/** More important than {@linkcode TIPC_LOW_IMPORTANCE}. */
export const TIPC_MEDIUM_IMPORTANCE: number = table.TIPC_MEDIUM_IMPORTANCE;
/** More important than {@linkcode TIPC_MEDIUM_IMPORTANCE}. */
export const TIPC_HIGH_IMPORTANCE: number = table.TIPC_HIGH_IMPORTANCE;
/** Most important. */
export const TIPC_CRITICAL_IMPORTANCE: number = table.TIPC_CRITICAL_IMPORTANCE;
/** Option: how long `connect` waits, in milliseconds. */
export const TIPC_CONN_TIMEOUT: number = table.TIPC_CONN_TIMEOUT;
/** Option: a message may be dropped if it cannot be delivered. */
export const TIPC_DEST_DROPPABLE: number = table.TIPC_DEST_DROPPABLE;
/** Option: a message may be dropped if the link is congested. */
export const TIPC_SRC_DROPPABLE: number = table.TIPC_SRC_DROPPABLE;
/** Event: a service has appeared. */
export const TIPC_PUBLISHED: number = table.TIPC_PUBLISHED;
/** Event: a service has gone. */
export const TIPC_WITHDRAWN: number = table.TIPC_WITHDRAWN;
/** Event: a subscription has expired. */
export const TIPC_SUBSCR_TIMEOUT: number = table.TIPC_SUBSCR_TIMEOUT;
/** Subscription: cancels an earlier one. */
export const TIPC_SUB_CANCEL: number = table.TIPC_SUB_CANCEL;
/** Subscription: an event for every socket of the service. */
export const TIPC_SUB_PORTS: number = table.TIPC_SUB_PORTS;
/** Subscription: an event for the service's first and last socket. */
export const TIPC_SUB_SERVICE: number = table.TIPC_SUB_SERVICE;
/** Subscription: never expires. Its number is -1 on Linux, which does have it. */
export const TIPC_WAIT_FOREVER: number = table.TIPC_WAIT_FOREVER;

// The three `errno` numbers that Python's `socket` exports.

/** The call would have to wait; `errno(3)`. */
export const EAGAIN: number = table.EAGAIN;
/** The socket is closed; `errno(3)`. */
export const EBADF: number = table.EBADF;
/**
 * The same as {@linkcode EAGAIN}, except on Windows, where it is WinSock's 10035;
 * `errno(3)`.
 */
export const EWOULDBLOCK: number = table.EWOULDBLOCK;
