/*
 * Cuts the power of Espruino for Linux: counts the writes to its flash file, and ends the process at the one that
 * FLASH_CUT_AT says, after half of it if FLASH_CUT_TORN is 1. At its end the process prints how many there were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *flash_file;
static int write_count;

FILE *fopen(const char *path, const char *mode) {
  static FILE *(*original)(const char *, const char *);
  if (!original) original = dlsym(RTLD_NEXT, "fopen");
  FILE *file = original(path, mode);
  if (strstr(path, "espruino.flash")) flash_file = file;
  else if (file == flash_file) flash_file = NULL;
  return file;
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
  static size_t (*original)(const void *, size_t, size_t, FILE *);
  static int cut_at = -1;
  if (!original) original = dlsym(RTLD_NEXT, "fwrite");
  if (cut_at < 0) cut_at = getenv("FLASH_CUT_AT") ? atoi(getenv("FLASH_CUT_AT")) : 0;
  if (file && file == flash_file) {
    write_count++;
    if (write_count == cut_at) {
      const char *torn = getenv("FLASH_CUT_TORN");
      if (torn && *torn == '1') {
        original(bytes, 1, (size * count / 2) & ~(size_t)3, file);
        fflush(file);
      }
      _exit(77);
    }
  }
  return original(bytes, size, count, file);
}

__attribute__((destructor)) static void report(void) {
  fprintf(stderr, "FLASH_WRITES %d\n", write_count);
}
