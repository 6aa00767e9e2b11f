extension BadInput {
  /// What is well formed and cannot be meant.
  static let sense: [BadInput] = [
    BadInput(
      name: "sides of one name", text: .site,
      old: "right: homeland",
      new: "right: neighbour",
      expected: [
        "site.yaml:7:12: error: lines[0].sides: found \"neighbour\" on both sides; "
          + "expected two different names. Rename one side."
      ]),
    BadInput(
      name: "one word for both directions", text: .site,
      old: "right_to_left: out",
      new: "right_to_left: in",
      expected: [
        "site.yaml:8:15: error: lines[0].crossing: found \"in\" for both; expected \"in\" "
          + "for one direction and \"out\" for the other. Change one of them."
      ]),
    BadInput(
      name: "two lines of one name", text: .site,
      old: "- name: shed",
      new: "- name: border",
      expected: [
        "site.yaml:10:11: error: zones[0].name: found \"border\", which line 5 has "
          + "already; expected a line name of its own. Choose another name: lines and zones "
          + "share one list of names."
      ]),
    BadInput(
      name: "two sensors of one name", text: .site,
      old: "- {name: alpha",
      new: "- {name: pir",
      expected: [
        "site.yaml:43:12: error: patrols[0].name: found \"pir\", which line 15 has "
          + "already; expected a sensor name of its own. Choose another name: sensors, "
          + "cameras, drones, patrols and receivers share one list of names."
      ]),
    BadInput(
      name: "two sensors on one GPIO line", text: .site,
      old: "line: GPIO18",
      new: "line: GPIO17",
      expected: [
        "site.yaml:26:30: error: sensors[1].gpio.line: found \"main GPIO17\", which line "
          + "19 has already; expected a GPIO line of its own. One line carries one sensor: "
          + "correct the chip or the line."
      ]),
    BadInput(
      name: "one system id twice on a link", text: .site,
      old: "system_id: 51",
      new: "system_id: 1",
      expected: [
        "site.yaml:43:66: error: patrols[0].system_id: found \"radio 1\", which line 41 "
          + "has already; expected a system id on its link of its own. Give each vehicle on a "
          + "link another MAVLink system id."
      ]),
    BadInput(
      name: "a link that is none", text: .site,
      old: "drone/copter, link: radio",
      new: "drone/copter, link: raido",
      expected: [
        "site.yaml:41:49: error: drones[0].link: found \"raido\"; expected one of the "
          + "links: radio. Did you mean \"radio\"?"
      ]),
    BadInput(
      name: "a profile that is in no folder", text: .site,
      old: "profile: camera/cam",
      new: "profile: camera/camm",
      expected: [
        "site.yaml:32:14: error: cameras[0].profile: found \"camera/camm\"; expected one "
          + "of the camera profiles: camera/cam. Did you mean \"camera/cam\"?"
      ]),
    BadInput(
      name: "a profile of another kind", text: .site,
      old: "profile: camera/cam",
      new: "profile: motion/pir",
      expected: [
        "site.yaml:32:14: error: cameras[0].profile: found \"motion/pir\"; expected a "
          + "camera profile. Move the entry to the list for its kind, or choose a camera "
          + "profile."
      ]),
    BadInput(
      name: "an override without source", text: .site,
      old: "{source: walk test, debounce: 50 ms}",
      new: "{debounce: 50 ms}",
      expected: [
        "site.yaml:29:15: error: sensors[1].override: found no source; expected a key "
          + "\"source\" beside the number. Write where the number comes from, or "
          + "\"assumption\" and how to measure it."
      ]),
    BadInput(
      name: "a line that meets itself", text: .site,
      old: "{east: 60 m, north: 5 m}]",
      new: "{east: 60 m, north: 5 m}, {east: 60 m, north: -5 m}, {east: 0 m, north: 20 m}]",
      expected: [
        "site.yaml:6:67: error: lines[0].points[2]: found a side from point 2 that meets "
          + "the side from point 0; expected a line that does not meet itself. Put the points "
          + "in the order in which one walks along them."
      ]),
    BadInput(
      name: "a point twice", text: .site,
      old: "{east: 60 m, north: 5 m}]",
      new: "{east: 60 m, north: 5 m}, {east: 60 m, north: 5 m}]",
      expected: [
        "site.yaml:6:67: error: lines[0].points[2]: found a point on top of its neighbour; "
          + "expected points at least 0.1 m apart. Remove one of them."
      ]),
    BadInput(
      name: "a zone of two points", text: .site,
      old: "{east: 9 m, north: -30 m}, {east: 9 m, north: -20 m}]",
      new: "{east: 9 m, north: -30 m}]",
      expected: [
        "site.yaml:11:13: error: zones[0].points: found 2 entries; expected 3 to 512 "
          + "entries. Add entries."
      ]),
    BadInput(
      name: "a zone in clockwise order", text: .site,
      old: "[{east: 0 m, north: -30 m}, {east: 9 m, north: -30 m}, {east: 9 m, north: -20 m}]",
      new: "[{east: 0 m, north: -30 m}, {east: 9 m, north: -20 m}, {east: 9 m, north: -30 m}]",
      expected: [
        "site.yaml:11:13: warning: zones[0].points: found points in clockwise order; "
          + "expected counter-clockwise order. Nothing to do: they are used in reverse; "
          + "reverse them to silence this."
      ]),
    BadInput(
      name: "a beam longer than its range", text: .site,
      old: "to: {east: 40 m",
      new: "to: {east: 90 m",
      expected: [
        "site.yaml:25:9: error: sensors[1].to: found a far end 90 m away; expected a far "
          + "end 0.5 m to 60 m away. Correct the places, or choose a profile with more range."
      ]),
    BadInput(
      name: "a camera that looks up", text: .site,
      old: "tilt: -12 deg",
      new: "tilt: 12 deg",
      expected: [
        "site.yaml:36:11: error: cameras[0].tilt: found \"12 deg\"; expected a tilt below "
          + "0 deg with \"ground_calibrated: true\". Write a negative tilt (negative looks "
          + "down), or ground_calibrated: false."
      ]),
    BadInput(
      name: "a camera in the ground", text: .site,
      old: "up: 6 m",
      new: "up: 0 m",
      expected: [
        "site.yaml:31:5: error: cameras[0]: found up: 0 m; expected a camera above the "
          + "ground with \"ground_calibrated: true\". Write the height of the lens above the "
          + "origin as \"up\" in \"place\"."
      ]),
    BadInput(
      name: "a camera that sees no ground", text: .site,
      old: "tilt: -12 deg",
      new: "tilt: -0.1 deg\n    override: {source: lens, field_of_view: 1 deg}",
      expected: [
        "site.yaml:31:5: error: cameras[0]: found a pose that sees no ground; expected "
          + "ground in view within the range of 80 m. Look for a tilt that is too flat, a "
          + "height that is too large, or a short range."
      ]),
    BadInput(
      name: "a picture mode that is not offered", text: .site,
      old: "tilt: -12 deg",
      new: "tilt: -12 deg\n    mode: {format: yuyv, width: 640, height: 480, rate: 30 /s}",
      expected: [
        "site.yaml:37:11: error: cameras[0].mode: found yuyv 640x480 at 30 /s; expected a "
          + "mode of the profile, or a slower one: mjpeg 1280x720 at 30 /s. Choose one of "
          + "them, or add the mode to the profile."
      ]),
    BadInput(
      name: "a mask outside the picture", text: .site,
      old: "tilt: -12 deg",
      new: "tilt: -12 deg\n    privacy_masks: [[[0, 0], [1.5, 0], [1, 1]]]",
      expected: [
        "site.yaml:37:31: error: cameras[0].privacy_masks[0][1][0]: found \"1.5\"; "
          + "expected a number from 0 to 1. Choose a number within the range."
      ]),
    BadInput(
      name: "a device that no port is found by", text: .site,
      old: "device: \"serial:A1\"",
      new: "device: ttyUSB0",
      expected: [
        "site.yaml:13:27: error: links[0].device: found \"ttyUSB0\"; expected a path, or a "
          + "text that begins with serial:. Run \"vedette devices\": it prints how to name "
          + "each device."
      ]),
    BadInput(
      name: "publishing to all without TLS", text: .site,
      old: "listen: 127.0.0.1",
      new: "listen: 0.0.0.0",
      expected: [
        "site.yaml:45:22: error: publishing.listen: found \"0.0.0.0\"; expected \"tls\" "
          + "with certificate, key and client_cas beside it, or a loopback address such as "
          + "127.0.0.1. Add \"tls\": beyond this machine nothing is published without "
          + "encryption and client certificates."
      ]),
    BadInput(
      name: "a door for the post's own clients without TLS at the other", text: .site,
      old: "listen: 127.0.0.1",
      new: "listen: 127.0.0.1, local_port: 8421",
      expected: [
        "site.yaml:45:45: error: publishing.local_port: found \"8421\"; expected a port other "
          + "than \"port\", and \"tls\" beside it. Choose another port, or leave it out: without "
          + "\"tls\" the post's own clients use \"port\"."
      ]),
    BadInput(
      name: "a host that is no address", text: .site,
      old: "listen: 127.0.0.1",
      new: "listen: center.example",
      expected: [
        "site.yaml:45:22: error: publishing.listen: found \"center.example\"; expected an "
          + "IPv4 or IPv6 address, or localhost. Write the address of the interface, or "
          + "0.0.0.0 for all of them."
      ]),
    BadInput(
      name: "TLS without client authorities", text: .site,
      old: "listen: 127.0.0.1",
      new: "listen: 0.0.0.0, tls: {certificate: /a, key: \"credential:k\"}",
      expected: [
        "site.yaml:45:36: error: publishing.tls.client_cas: found no key \"client_cas\"; "
          + "expected client_cas: /etc/vedette/centers.pem. Add the line \"client_cas: "
          + "/etc/vedette/centers.pem\"."
      ]),
    BadInput(
      name: "a key file by a relative path", text: .site,
      old: "listen: 127.0.0.1",
      new: "listen: 0.0.0.0, tls: {certificate: a, key: /k, client_cas: /c}",
      expected: [
        "site.yaml:45:50: error: publishing.tls.certificate: found \"a\"; expected an "
          + "absolute path, or credential:<name>. Write the path from \"/\" on, or the name of "
          + "a LoadCredential= of the unit."
      ]),
    BadInput(
      name: "no retention", text: .site,
      old: "storage: {retention: {age: 30 d, size: 2 GiB}}",
      new: "",
      expected: [
        "site.yaml: warning: storage.retention: found no retention; expected how long "
          + "events may be kept. Write \"retention: {age: 30 d}\" under \"storage\" with what "
          + "the law allows; 30 d is used until then."
      ]),
    BadInput(
      name: "an exercise", text: .site,
      old: "post: north-ford",
      new: "post: north-ford\nexercise: AUTUMN LIGHT",
      expected: [
        "site.yaml:3:11: warning: exercise: found exercise \"AUTUMN LIGHT\"; expected the "
          + "key only while an exercise is under way. Remove it when the exercise ends: until "
          + "then every event is marked so."
      ]),
    BadInput(
      name: "a bracket left open", text: .site,
      old: "{lat: 47.5, lon: 9.25, height: 402 m}",
      new: "{lat: 47.5, lon: 9.25, height: 402 m",
      expected: [
        "site.yaml:4:6: error: found text that is not YAML: did not find expected ',' or "
          + "'}' (while parsing a flow mapping, line 3); expected one YAML document. Look at "
          + "this line and the one above: indentation by spaces, a space after each colon, "
          + "closed quotes and brackets."
      ]),
    BadInput(
      name: "a tab as indentation", text: .site,
      old: "  - name: border",
      new: "\t- name: border",
      expected: [
        "site.yaml:5:1: error: found text that is not YAML: found character that cannot "
          + "start any token (while scanning for the next token, line 5); expected one YAML "
          + "document. Look at this line and the one above: indentation by spaces, a space "
          + "after each colon, closed quotes and brackets."
      ]),
    BadInput(
      name: "a second document", text: .site,
      old: "storage:",
      new: "---\nstorage:",
      expected: [
        "site.yaml:44:1: error: found text that is not YAML: but found another document "
          + "(expected a single document in the stream, line 1); expected one YAML document. "
          + "Remove the line \"---\" between the two."
      ]),
    BadInput(
      name: "an alias of nothing", text: .site,
      old: "post: north-ford",
      new: "post: *nowhere",
      expected: [
        "site.yaml:2:7: error: found text that is not YAML: found undefined alias; "
          + "expected one YAML document. Put a text that begins with * in quotes."
      ]),
    BadInput(
      name: "two mistakes in one file", text: .site,
      old: "post: north-ford\norigin: {lat: 47.5",
      new: "post: North\norigin: {lat: north",
      expected: [
        "site.yaml:2:7: error: post: found \"North\"; expected a name of lower-case "
          + "letters, digits and -, at most 64 characters. Write a name such as "
          + "\"gate-north\".",
        "site.yaml:3:15: error: origin.lat: found \"north\"; expected a number from -85 to "
          + "85. Write a decimal number without quotes, with a point for fractions.",
      ]),
  ]
}
