// Much data on one connection, in one direction.
#include "load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void receive(int fd, char *data, size_t room, size_t size) {
  for (size_t got = 0; got < size;) {
    size_t rest = size - got;
    ssize_t count = recv(fd, data, rest < room ? rest : room, 0);
    if (count <= 0) fail("a server does not go on");
    got += count;
  }
}

// Sends TOTAL bytes, SIZE at a time, and waits for one byte.
void drain(int port, size_t size, size_t total) {
  int fd = open_socket(port, SOCK_STREAM);
  char *data = malloc(size), done;
  memset(data, 'a', size);
  double seconds;
  while (next_turn(&seconds)) {
    long long start = now(), end = start + (long long)(seconds * 1e9);
    long long last = start, count = 0;
    for (; last < end; count++, last = now()) {
      for (size_t sent = 0; sent < total; sent += size) send_all(fd, data, size);
      receive(fd, &done, 1, 1);
    }
    answer(count, last - start);
  }
}

// Asks for TOTAL bytes with one byte, and takes them.
void fill(int port, size_t total) {
  static char data[1 << 18];
  int fd = open_socket(port, SOCK_STREAM);
  double seconds;
  while (next_turn(&seconds)) {
    long long start = now(), end = start + (long long)(seconds * 1e9);
    long long last = start, count = 0;
    for (; last < end; count++, last = now()) {
      send_all(fd, "a", 1);
      receive(fd, data, sizeof data, total);
    }
    answer(count, last - start);
  }
}
