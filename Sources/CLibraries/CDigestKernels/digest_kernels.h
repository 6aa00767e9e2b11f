// What of hashing records needs instructions of the processor that Swift cannot name.
// SHA-256 of many short messages, two at a time: a single one waits for each instruction's result, a second one
// fills the wait. Base 64 for URLs, twelve bytes at a time.
#ifndef VEDETTE_CDIGESTKERNELS_H
#define VEDETTE_CDIGESTKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has what vdt_sha256_all needs.
bool vdt_sha256_can(void);

/// Writes the digests, 32 bytes each, of `count` messages: message i is the bytes of `text` from ends[i - 1] (0 for
/// the first) to ends[i].
void vdt_sha256_all(const uint8_t *text, const uint32_t *ends, size_t count, uint8_t *digests);

/// Whether this processor has what vdt_base64url needs.
bool vdt_base64url_can(void);

/// Writes the base 64 of `count` bytes in the alphabet for URLs, not padded: (4 count + 2) / 3 characters (RFC 4648,
/// section 5).
void vdt_base64url(const uint8_t *bytes, size_t count, uint8_t *text);

#endif
