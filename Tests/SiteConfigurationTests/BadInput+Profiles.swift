extension BadInput {
  /// Mistakes in device profiles.
  static let profiles: [BadInput] = [
    BadInput(
      name: "a number without its source", text: .pir,
      old: "debounce: {value: 20 ms, source: sheet}",
      new: "debounce: {value: 20 ms}",
      expected: [
        "DeviceProfiles/motion/pir.yaml:10:11: error: debounce: found no source; expected "
          + "a key \"source\" beside the number. Write where the number comes from, or "
          + "\"assumption\" and how to measure it."
      ]),
    BadInput(
      name: "a bare number in a profile", text: .pir,
      old: "hold: {value: 2 s, source: sheet}",
      new: "hold: 2 s",
      expected: [
        "DeviceProfiles/motion/pir.yaml:11:7: error: hold: found \"2 s\"; expected a "
          + "number with its source, {value: 2 s, source: \"datasheet, section\"}. Write where "
          + "the number comes from, or \"assumption\" and how to measure it."
      ]),
    BadInput(
      name: "a profile in the folder of another kind", text: .pir,
      old: "kind: motion",
      new: "kind: beacon",
      expected: [
        "DeviceProfiles/motion/pir.yaml:2:7: error: kind: found \"beacon\"; expected the "
          + "folder's name, \"motion\". Move the file to DeviceProfiles/beacon."
      ]),
    BadInput(
      name: "a profile of unknown kind", text: .pir,
      old: "kind: motion",
      new: "kind: motoin",
      expected: [
        "DeviceProfiles/motion/pir.yaml:2:7: error: kind: found \"motoin\"; expected one "
          + "of motion, camera, drone, beacon, receiver. Did you mean \"motion\"?"
      ]),
    BadInput(
      name: "a profile under another model's name", text: .pir,
      old: "model: pir",
      new: "model: pri",
      expected: [
        "DeviceProfiles/motion/pir.yaml:3:8: error: model: found \"pri\"; expected the "
          + "file's name, \"pir\". Rename the file or the model."
      ]),
    BadInput(
      name: "class ranges of a sensor without", text: .pir,
      old: "shape: sector",
      new: "shape: sector\nclass_ranges: {person: {value: 3 m, source: a}}",
      expected: [
        "DeviceProfiles/motion/pir.yaml:8:1: error: class_ranges: found the key "
          + "\"class_ranges\"; expected it only for seismic sensors, whose range depends on "
          + "the class. Remove it."
      ]),
    BadInput(
      name: "class ranges beyond the range", text: .pir,
      old: "technology: pir",
      new: "technology: seismic\nclass_ranges: {person: {value: 90 m, source: a}}",
      expected: [
        "DeviceProfiles/motion/pir.yaml:6:15: error: class_ranges: found 90 m; expected no "
          + "class range above the range, 10 m. Raise \"range\" to the widest of them."
      ]),
    BadInput(
      name: "a detection that is more than sure", text: .pir,
      old: "detection_probability: {value: 0.9",
      new: "detection_probability: {value: 1.9",
      expected: [
        "DeviceProfiles/motion/pir.yaml:13:32: error: detection_probability.value: found "
          + "\"1.9\"; expected a number from 0.01 to 1. Choose a number within the range."
      ]),
    BadInput(
      name: "a picture mode without source", text: .camera,
      old: "rate: 30 /s, source: sheet",
      new: "rate: 30 /s",
      expected: [
        "DeviceProfiles/camera/cam.yaml:13:5: error: modes[0]: found no source; expected a "
          + "key \"source\" beside the number. Write where the number comes from, or "
          + "\"assumption\" and how to measure it."
      ]),
    BadInput(
      name: "a picture format that is none", text: .camera,
      old: "format: mjpeg",
      new: "format: mpeg4",
      expected: [
        "DeviceProfiles/camera/cam.yaml:13:14: error: modes[0].format: found \"mpeg4\"; "
          + "expected one of grey, yuyv, nv12, mjpeg. Choose one of them."
      ]),
    BadInput(
      name: "a message that is none", text: .copter,
      old: "HEARTBEAT, GLOBAL",
      new: "HARTBEAT, GLOBAL",
      expected: [
        "DeviceProfiles/drone/copter.yaml:5:12: error: messages[0]: found \"HARTBEAT\"; "
          + "expected one of HEARTBEAT, GLOBAL_POSITION_INT, GPS_RAW_INT, ATTITUDE, "
          + "SYSTEM_TIME, CAMERA_TRACKING_GEO_STATUS, CAMERA_TRACKING_IMAGE_STATUS, "
          + "CAMERA_INFORMATION, CAMERA_FOV_STATUS, GIMBAL_DEVICE_ATTITUDE_STATUS, "
          + "MOUNT_ORIENTATION, ADSB_VEHICLE, OPEN_DRONE_ID_BASIC_ID, OPEN_DRONE_ID_LOCATION, "
          + "OPEN_DRONE_ID_SYSTEM. Did you mean \"HEARTBEAT\"?"
      ]),
    BadInput(
      name: "a footprint without the message for it", text: .copter,
      old: ", CAMERA_TRACKING_GEO_STATUS]",
      new: "]",
      expected: [
        "DeviceProfiles/drone/copter.yaml:5:11: error: messages: found a list without it; "
          + "expected CAMERA_TRACKING_GEO_STATUS or CAMERA_TRACKING_IMAGE_STATUS for a drone "
          + "with a footprint_radius above 0 "
          + "m. Add the message, or set footprint_radius to 0 m."
      ]),
    BadInput(
      name: "a vehicle without a place", text: .copter,
      old: "HEARTBEAT, GLOBAL_POSITION_INT,",
      new: "HEARTBEAT,",
      expected: [
        "DeviceProfiles/drone/copter.yaml:5:11: error: messages: found a list without it; "
          + "expected GLOBAL_POSITION_INT among the messages: it carries the place. Add "
          + "GLOBAL_POSITION_INT."
      ]),
  ]
}
