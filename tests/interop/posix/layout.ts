// What the driver's layouts are in C: an expression for each number, and for each
// structure its name and the members that the offsets are of.

/** A structure of C, and its members by our names. */
export interface Structure {
  readonly struct: string;
  readonly members: Readonly<Record<string, string>>;
}

/** How large something is in the units of its layout; bytes if omitted. */
export const wordsOf: Readonly<Record<string, number>> = { epollEvent: 4 };

/** The numbers whose C expression is not their own name. */
export const expressions: Readonly<Record<string, string>> = {
  IOV_MAX: "UIO_MAXIOV",
  // No header has it: what the kernel takes of a larger write.
  RW_MAX: `write(open("/dev/null", O_WRONLY), &page, 0x7fffffff)`,
};

/** What musl does not have. */
export const glibcOnly: readonly string[] = ["NETDB_INTERNAL"];

/** The structures by the names of their layouts. */
export const structures: Readonly<Record<string, Structure>> = {
  pollfd: {
    struct: "struct pollfd",
    members: { fd: "fd", events: "events", revents: "revents" },
  },
  epollEvent: { struct: "struct epoll_event", members: { data: "data" } },
  msghdr: {
    struct: "struct msghdr",
    members: {
      name: "msg_name",
      namelen: "msg_namelen",
      iov: "msg_iov",
      iovlen: "msg_iovlen",
      control: "msg_control",
      controllen: "msg_controllen",
      flags: "msg_flags",
    },
  },
  iovec: {
    struct: "struct iovec",
    members: { base: "iov_base", len: "iov_len" },
  },
  cmsghdr: {
    struct: "struct cmsghdr",
    members: { len: "cmsg_len", level: "cmsg_level", type: "cmsg_type" },
  },
  addrinfo: {
    struct: "struct addrinfo",
    members: {
      flags: "ai_flags",
      family: "ai_family",
      socktype: "ai_socktype",
      protocol: "ai_protocol",
      addrlen: "ai_addrlen",
      addr: "ai_addr",
      canonname: "ai_canonname",
      next: "ai_next",
    },
  },
  hostent: {
    struct: "struct hostent",
    members: {
      name: "h_name",
      aliases: "h_aliases",
      addrtype: "h_addrtype",
      length: "h_length",
      addrList: "h_addr_list",
    },
  },
  servent: {
    struct: "struct servent",
    members: { name: "s_name", port: "s_port" },
  },
  protoent: {
    struct: "struct protoent",
    members: { name: "p_name", proto: "p_proto" },
  },
  ifNameindex: {
    struct: "struct if_nameindex",
    members: { index: "if_index", name: "if_name" },
  },
  sockaddrIn: {
    struct: "struct sockaddr_in",
    members: { port: "sin_port", addr: "sin_addr" },
  },
  sockaddrIn6: {
    struct: "struct sockaddr_in6",
    members: {
      port: "sin6_port",
      flowinfo: "sin6_flowinfo",
      addr: "sin6_addr",
      scopeId: "sin6_scope_id",
    },
  },
  sockaddrUn: { struct: "struct sockaddr_un", members: { path: "sun_path" } },
  sockaddrLl: {
    struct: "struct sockaddr_ll",
    members: {
      protocol: "sll_protocol",
      ifindex: "sll_ifindex",
      hatype: "sll_hatype",
      pkttype: "sll_pkttype",
      halen: "sll_halen",
      addr: "sll_addr",
    },
  },
  sockaddrNl: {
    struct: "struct sockaddr_nl",
    members: { pid: "nl_pid", groups: "nl_groups" },
  },
  sockaddrVm: {
    struct: "struct sockaddr_vm",
    members: { port: "svm_port", cid: "svm_cid" },
  },
  sockaddrQrtr: {
    struct: "struct sockaddr_qrtr",
    members: { node: "sq_node", port: "sq_port" },
  },
  sockaddrTipc: {
    struct: "struct sockaddr_tipc",
    members: {
      addrtype: "addrtype",
      scope: "scope",
      v1: "addr.nameseq.type",
      v2: "addr.nameseq.lower",
      v3: "addr.nameseq.upper",
    },
  },
  sockaddrCan: {
    struct: "struct sockaddr_can",
    members: {
      ifindex: "can_ifindex",
      rxId: "can_addr.tp.rx_id",
      txId: "can_addr.tp.tx_id",
      name: "can_addr.j1939.name",
      pgn: "can_addr.j1939.pgn",
      addr: "can_addr.j1939.addr",
    },
  },
  sockaddrAlg: {
    struct: "struct sockaddr_alg",
    members: {
      type: "salg_type",
      feat: "salg_feat",
      mask: "salg_mask",
      name: "salg_name",
    },
  },
  sockaddrStorage: {
    struct: "struct sockaddr_storage",
    members: { family: "ss_family" },
  },
};

/** The headers that have all of it, of libc and of the kernel. */
export const headers = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include <linux/can.h>
#include <linux/if_alg.h>
#include <linux/netlink.h>
#include <linux/qrtr.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
`;
