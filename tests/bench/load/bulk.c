// Much data on one connection, in one direction.
#define _GNU_SOURCE
#include "load.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

// Takes bytes, and throws them away: TCP does not even copy them.
static void take(int fd, size_t size) {
  for (size_t got = 0; got < size;) {
    ssize_t count = recv(fd, NULL, size - got, MSG_TRUNC);
    if (count <= 0) fail("a server does not go on");
    got += count;
  }
}

// Sends TOTAL bytes, SIZE at a time, and waits for one byte. They come from a file in
// memory: the kernel then sends its pages as they are, where `send` would copy them,
// which costs as much as what a server does.
void drain(int port, size_t size, size_t total) {
  int fd = open_socket(port, SOCK_STREAM);
  int file = memfd_create("load", 0);
  if (ftruncate(file, size) < 0) fail("memfd");
  double seconds;
  while (next_turn(&seconds)) {
    long long start = now(), end = start + (long long)(seconds * 1e9);
    long long last = start, count = 0;
    for (; last < end; count++, last = now()) {
      for (size_t sent = 0; sent < total;) {
        off_t from = sent % size;
        ssize_t more = sendfile(fd, file, &from, size - from);
        if (more <= 0) fail("sendfile");
        sent += more;
      }
      take(fd, 1);
    }
    answer(count, last - start);
  }
}

// Asks for TOTAL bytes with one byte, and takes them.
void fill(int port, size_t total) {
  int fd = open_socket(port, SOCK_STREAM);
  double seconds;
  while (next_turn(&seconds)) {
    long long start = now(), end = start + (long long)(seconds * 1e9);
    long long last = start, count = 0;
    for (; last < end; count++, last = now()) {
      send_all(fd, "a", 1);
      take(fd, total);
    }
    answer(count, last - start);
  }
}
