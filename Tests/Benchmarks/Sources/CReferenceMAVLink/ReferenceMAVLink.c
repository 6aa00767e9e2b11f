#include "CReferenceMAVLink.h"

#pragma GCC diagnostic ignored "-Waddress-of-packed-member"
// generate.sh writes it into .build-reference; it is not part of the repository.
#include "ardupilotmega/mavlink.h"

vdt_c_mavlink_result vdt_c_mavlink_parse(const uint8_t *bytes, size_t count) {
  vdt_c_mavlink_result result = {0, 0};
  mavlink_message_t message;
  mavlink_status_t status;
  mavlink_reset_channel_status(MAVLINK_COMM_0);
  for (size_t index = 0; index < count; index++) {
    if (mavlink_parse_char(MAVLINK_COMM_0, bytes[index], &message, &status)) {
      result.frames++;
      result.payload += message.len;
    }
  }
  return result;
}
