// What of hashing records needs instructions of the processor that Swift cannot name.
// SHA-256 of many short messages, two at a time: a single one waits for each instruction's result, a second one
// fills the wait. Base 64 for URLs, twelve bytes at a time. Where in a JSON text its strings and words end.
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

/// Writes the base 64 of `count` messages as SHA-256 takes them, each padded to whole blocks of 64 bytes (FIPS 180-4,
/// section 5.1.1): message i is the bytes of `plain` from ends[i - 1] (0 for the first) to ends[i], its text stands in
/// `blocks` from 64 block_ends[i - 1] on. Reads to 16 bytes beyond the last message and writes to 16 bytes beyond the
/// last block.
void vdt_base64url_messages(const uint8_t *plain, const uint32_t *ends, size_t count, uint8_t *blocks,
                            uint32_t *block_ends);

/// The same without instructions of the processor, for comparison.
void vdt_base64url_messages_plainly(const uint8_t *plain, const uint32_t *ends, size_t count, uint8_t *blocks,
                                    uint32_t *block_ends);

/// Writes the base 64 of `count` pieces of `size` bytes, 16 or 32, each at the beginning of `size` + 16 bytes of which
/// the rest says nothing.
void vdt_base64url_cells(const uint8_t *bytes, size_t size, size_t count, uint8_t *text);

/// As vdt_sha256_all, of messages that vdt_base64url_messages has written.
void vdt_sha256_padded(const uint8_t *blocks, const uint32_t *block_ends, size_t count, uint8_t *digests);

/// Writes three words for each 64 bytes of a JSON text and for the rest, which may be none; bit i is about byte i.
/// First: it is a quotation mark, a backslash or below 0x20. Second: it is none of a-z, 0-9, +, -, . and E, of which
/// numbers, true, false and null are. Third: it is none of those, nor comma or colon. Behind the end all bits are set.
/// Whether there is a backslash or a byte above 0x7F.
bool vdt_json_marks(const uint8_t *text, size_t count, uint64_t *marks);

#endif
