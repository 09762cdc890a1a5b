#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

void fail(const char *what) {
  perror(what);
  exit(1);
}

long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

struct sockaddr_in server(int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return to;
}

int open_socket(int port, int type) {
  int on = 1, fd = socket(AF_INET, type, 0);
  if (fd < 0) fail("socket");
  // On one machine a connection is made at once if the server's queue has room.
  struct sockaddr_in to = server(port);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
  if (type == SOCK_STREAM) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return fd;
}

void send_all(int fd, const char *data, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t count = send(fd, data + sent, size - sent, MSG_NOSIGNAL);
    if (count < 0) fail("send");
    sent += count;
  }
}

int wait_ready(int queue, struct epoll_event *events) {
  for (;;) {
    int ready = epoll_wait(queue, events, EVENTS, PATIENCE_MS);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) errno = ETIMEDOUT;
    if (ready <= 0) fail("a server does not answer");
    return ready;
  }
}

int next_turn(double *wanted) { return scanf("%lf", wanted) == 1; }

void answer(long long count, long long nanoseconds) {
  printf("%lld %lld\n", count, nanoseconds);
  fflush(stdout);
}
