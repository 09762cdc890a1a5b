// Connections that are made for one round trip each, several at once.
//
// A connection is over when the server has closed it too: what it does at the end
// of one belongs to what is measured. So the client ends first, as clients of echo
// servers do, and its port rests in TIME_WAIT. A reset (SO_LINGER 0) would spare
// that, but servers take it for an error. Ports last all the same, because the
// connections come from many addresses in turn.
#include "load.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

// A turn ends early when it has made so many.
enum { ADDRESSES = 32, MOST = 20000 };

static int open_from(int port, unsigned number) {
  int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) fail("socket");
  // The port is chosen when it connects: it need be free for this server only.
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  struct sockaddr_in from = server(0), to = server(port);
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number % ADDRESSES);
  if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  // This does not wait on one machine, as fewer come at once than a queue takes.
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
  return fd;
}

void connections(int port, int at_once, size_t bytes) {
  static char back[65536];
  char *message = malloc(bytes);
  memset(message, 'a', bytes);
  message[bytes - 1] = '\n';
  int *fds = calloc(at_once, sizeof *fds);
  size_t *got = calloc(at_once, sizeof *got);
  int queue = epoll_create1(0);
  unsigned number = 0;
  double seconds;
  while (next_turn(&seconds)) {
    long long start = now(), end = start + (long long)(seconds * 1e9);
    long long last = start, count = 0;
    int open = 0, made = 0;
    for (int i = 0; i < at_once; i++) fds[i] = -1;
    for (;;) {
      for (int i = 0; i < at_once && last < end && made < MOST; i++) {
        if (fds[i] >= 0) continue;
        fds[i] = open_from(port, number++);
        got[i] = 0;
        open++;
        made++;
        send_all(fds[i], message, bytes);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(queue, EPOLL_CTL_ADD, fds[i], &event);
      }
      if (open == 0) break;
      struct epoll_event events[EVENTS];
      int ready = wait_ready(queue, events);
      last = now();
      for (int i = 0; i < ready; i++) {
        int which = events[i].data.u32;
        ssize_t more = recv(fds[which], back, sizeof back, MSG_DONTWAIT);
        if (more < 0 || (more == 0 && got[which] < bytes)) fail("a server hung up");
        got[which] += more;
        if (more > 0) {
          if (got[which] == bytes) shutdown(fds[which], SHUT_WR);
          continue;
        }
        close(fds[which]);
        fds[which] = -1;
        open--;
        count++;
      }
    }
    answer(count, last - start);
  }
}
