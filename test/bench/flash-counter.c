/*
 * Counts what Espruino for Linux reads from its flash file and writes to it. At its end the process prints both in
 * bytes. Every write reads what it overwrites first, as the emulation of flash needs: those reads are not counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static FILE *flash_file;
static size_t last_read, read_bytes, written_bytes;
static unsigned read_calls;

FILE *fopen(const char *path, const char *mode) {
  static FILE *(*original)(const char *, const char *);
  if (!original) original = dlsym(RTLD_NEXT, "fopen");
  FILE *file = original(path, mode);
  if (strstr(path, "espruino.flash")) {
    flash_file = file;
    last_read = 0;
  } else if (file == flash_file) {
    flash_file = NULL;
  }
  return file;
}

size_t fread(void *bytes, size_t size, size_t count, FILE *file) {
  static size_t (*original)(void *, size_t, size_t, FILE *);
  if (!original) original = dlsym(RTLD_NEXT, "fread");
  if (file && file == flash_file) {
    last_read = size * count;
    read_calls++;
    read_bytes += last_read;
  }
  return original(bytes, size, count, file);
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
  static size_t (*original)(const void *, size_t, size_t, FILE *);
  if (!original) original = dlsym(RTLD_NEXT, "fwrite");
  if (file && file == flash_file) {
    written_bytes += size * count;
    read_bytes -= last_read;
    read_calls -= last_read > 0;
    last_read = 0;
  }
  return original(bytes, size, count, file);
}

__attribute__((destructor)) static void report(void) {
  fprintf(stderr, "FLASH_READS %u FLASH_READ %zu FLASH_WRITTEN %zu\n", read_calls, read_bytes, written_bytes);
}
