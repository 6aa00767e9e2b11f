extension BadInput {
  /// Keys, types, units, ranges.
  static let form: [BadInput] = [
    BadInput(
      name: "a key with a slip of the hand", text: .site,
      old: "tilt: -12 deg",
      new: "titl: -12 deg",
      expected: [
        "site.yaml:36:5: error: cameras[0].titl: found the unknown key \"titl\"; expected "
          + "one of azimuth, calibration, device, ground_calibrated, legal_basis, lens, mode, name, "
          + "override, place, privacy_masks, profile, purpose, roll, tilt. Did you mean \"tilt\"?"
      ]),
    BadInput(
      name: "a key that is nowhere known", text: .site,
      old: "post: north-ford",
      new: "post: north-ford\ncolour: green",
      expected: [
        "site.yaml:3:1: error: colour: found the unknown key \"colour\"; expected one of "
          + "cameras, drones, exercise, lines, links, origin, patrols, post, profiles, "
          + "publishing, receivers, sensors, storage, version, zones. Remove it, or put it where it "
          + "belongs (Docs/Configuration.md)."
      ]),
    BadInput(
      name: "a key of another shape of cover", text: .site,
      old: "azimuth: 92 deg",
      new: "azimuth: 92 deg\n    to: {east: 1 m, north: 1 m}",
      expected: [
        "site.yaml:19:5: error: sensors[0].to: found the key \"to\"; expected the key only "
          + "for beams. Write \"azimuth\" instead."
      ]),
    BadInput(
      name: "a key twice", text: .site,
      old: "    azimuth: 92 deg",
      new: "    azimuth: 92 deg\n    azimuth: 93 deg",
      expected: [
        "site.yaml:19:5: error: sensors[0].azimuth: found the key \"azimuth\" a second "
          + "time; expected every key once. Remove it here or in line 18."
      ]),
    BadInput(
      name: "a key three times", text: .site,
      old: "version: 1",
      new: "version: 1\nversion: 1\nversion: 1",
      expected: [
        "site.yaml:3:1: error: version: found the key \"version\" a second time; expected "
          + "every key once. Remove it here or in line 1."
      ]),
    BadInput(
      name: "a required key missing", text: .site,
      old: "    azimuth: 92 deg\n",
      new: "",
      expected: [
        "site.yaml:15:5: error: sensors[0].azimuth: found no key \"azimuth\"; expected "
          + "azimuth: 92 deg. Add the line \"azimuth: 92 deg\"."
      ]),
    BadInput(
      name: "a required value left empty", text: .site,
      old: "post: north-ford",
      new: "post:",
      expected: [
        "site.yaml:2:1: error: post: found nothing behind \"post\"; expected post: "
          + "north-ford. Add the line \"post: north-ford\"."
      ]),
    BadInput(
      name: "no legal basis", text: .site,
      old: "    legal_basis: Border Act 13",
      new: "",
      expected: [
        "site.yaml:31:5: error: cameras[0].legal_basis: found no key \"legal_basis\"; "
          + "expected legal_basis: the law or order that allows it. Add the line "
          + "\"legal_basis: the law or order that allows it\"."
      ]),
    BadInput(
      name: "a blank purpose", text: .site,
      old: "purpose: Confirm",
      new: "purpose: \"  \"",
      expected: [
        "site.yaml:38:14: error: cameras[0].purpose: found \"  \"; expected a text such as "
          + "\"Detect persons on the track to the ford\". Write at least one word."
      ]),
    BadInput(
      name: "a list where a text belongs", text: .site,
      old: "post: north-ford",
      new: "post: [north]",
      expected: [
        "site.yaml:2:7: error: post: found a list; expected a name of lower-case letters, "
          + "digits and -, at most 64 characters. Write a name such as \"gate-north\"."
      ]),
    BadInput(
      name: "a text where a list belongs", text: .site,
      old: "points: [{east: -60 m, north: 0 m}, {east: 60 m, north: 5 m}]",
      new: "points: everywhere",
      expected: [
        "site.yaml:6:13: error: lines[0].points: found \"everywhere\"; expected a list. "
          + "Begin each entry with \"- \"."
      ]),
    BadInput(
      name: "a text where a mapping belongs", text: .site,
      old: "storage: {retention: {age: 30 d, size: 2 GiB}}",
      new: "storage: large",
      expected: [
        "site.yaml:44:10: error: storage: found \"large\"; expected a mapping of keys to "
          + "values. Write \"key: value\" lines, indented below."
      ]),
    BadInput(
      name: "a mapping as a key", text: .site,
      old: "version: 1",
      new: "version: 1\n? {a: b}\n: c",
      expected: [
        "site.yaml:2:3: error: found a mapping; expected a word as key. Write \"key: "
          + "value\" with a plain word."
      ]),
    BadInput(
      name: "a number in quotes", text: .site,
      old: "port: 8420",
      new: "port: \"8420\"",
      expected: [
        "site.yaml:45:39: error: publishing.port: found the text \"8420\" in quotes; "
          + "expected a whole number from 1 to 65535. Write a whole number without quotes or "
          + "unit."
      ]),
    BadInput(
      name: "a fraction where a whole number belongs", text: .site,
      old: "system_id: 51",
      new: "system_id: 5.1",
      expected: [
        "site.yaml:43:66: error: patrols[0].system_id: found \"5.1\"; expected a whole "
          + "number from 1 to 255. Write a whole number without quotes or unit."
      ]),
    BadInput(
      name: "a word where a flag belongs", text: .site,
      old: "ground_calibrated: true",
      new: "ground_calibrated: maybe",
      expected: [
        "site.yaml:37:24: error: cameras[0].ground_calibrated: found \"maybe\"; expected "
          + "true or false. Write true or false without quotes."
      ]),
    BadInput(
      name: "a length without unit", text: .site,
      old: "east: 2 m",
      new: "east: 2",
      expected: [
        "site.yaml:17:19: error: sensors[0].place.east: found \"2\" without a unit; "
          + "expected a length such as \"16 m\". Write the unit behind the number (units: mm, "
          + "cm, m, km)."
      ]),
    BadInput(
      name: "a length where a time belongs", text: .site,
      old: "debounce: 50 ms",
      new: "debounce: 50 m",
      expected: [
        "site.yaml:29:45: error: sensors[1].override.debounce: found \"50 m\", which is a "
          + "length; expected a time such as \"50 ms\". Use one of the units: ns, us, ms, s, "
          + "min, h, d."
      ]),
    BadInput(
      name: "a unit in the wrong case", text: .site,
      old: "debounce: 50 ms",
      new: "debounce: 50 MS",
      expected: [
        "site.yaml:29:45: error: sensors[1].override.debounce: found \"50 MS\" with the "
          + "unknown unit \"MS\"; expected a time such as \"50 ms\". Did you mean the unit "
          + "\"ms\"?"
      ]),
    BadInput(
      name: "a unit that is none", text: .site,
      old: "azimuth: 92 deg",
      new: "azimuth: 92 grads",
      expected: [
        "site.yaml:18:14: error: sensors[0].azimuth: found \"92 grads\" with the unknown "
          + "unit \"grads\"; expected an angle such as \"92 deg\". Use one of the units: deg, "
          + "mrad, rad."
      ]),
    BadInput(
      name: "a decimal comma", text: .site,
      old: "up: 6 m",
      new: "up: \"6,5 m\"",
      expected: [
        "site.yaml:34:42: error: cameras[0].place.up: found \"6,5 m\"; expected a length "
          + "such as \"16 m\". Write fractions with a point: 6.5, not 6,5."
      ]),
    BadInput(
      name: "a word where a quantity belongs", text: .site,
      old: "silence: 3 s",
      new: "silence: long",
      expected: [
        "site.yaml:13:62: error: links[0].silence: found \"long\"; expected a time such as "
          + "\"50 ms\". Write a number and its unit (units: ns, us, ms, s, min, h, d)."
      ]),
    BadInput(
      name: "a latitude with a unit of length", text: .site,
      old: "lat: 47.5, lon: 9.25, height",
      new: "lat: 47.5 m, lon: 9.25, height",
      expected: [
        "site.yaml:3:15: error: origin.lat: found \"47.5 m\"; expected a number from -85 "
          + "to 85 deg. Write 47.5."
      ]),
    BadInput(
      name: "a number out of range", text: .site,
      old: "system_id: 51",
      new: "system_id: 256",
      expected: [
        "site.yaml:43:66: error: patrols[0].system_id: found \"256\"; expected a whole "
          + "number from 1 to 255. Choose a number within the range."
      ]),
    BadInput(
      name: "a quantity out of range", text: .site,
      old: "age: 30 d",
      new: "age: 20 a",
      expected: [
        "site.yaml:44:28: error: storage.retention.age: found \"20 a\" with the unknown "
          + "unit \"a\"; expected a time such as \"50 ms\". Use one of the units: ns, us, ms, "
          + "s, min, h, d."
      ]),
    BadInput(
      name: "a retention out of range", text: .site,
      old: "age: 30 d",
      new: "age: 20 h",
      expected: [
        "site.yaml:44:28: error: storage.retention.age: found \"20 h\"; expected a time "
          + "from 1 d to 3660 d. Choose a value within the range."
      ]),
    BadInput(
      name: "an origin too near the pole", text: .site,
      old: "origin: {lat: 47.5",
      new: "origin: {lat: 89.5",
      expected: [
        "site.yaml:3:15: error: origin.lat: found \"89.5\"; expected a number from -85 to "
          + "85. Choose a number within the range."
      ]),
    BadInput(
      name: "a place with swapped latitude and longitude", text: .site,
      old: "place: {lat: 47.5, lon: 9.25}",
      new: "place: {lat: 9.25, lon: 47.5}",
      expected: [
        "site.yaml:24:12: error: sensors[1].place: found a place 5137 km away; expected a "
          + "place within 20 km of the origin. Look for swapped lat and lon, or correct the "
          + "origin."
      ]),
    BadInput(
      name: "a place told twice", text: .site,
      old: "place: {lat: 47.5, lon: 9.25}",
      new: "place: {lat: 47.5, lon: 9.25, east: 1 m}",
      expected: [
        "site.yaml:24:12: error: sensors[1].place: found some of both; expected either "
          + "east and north in metres, or lat and lon in degrees. Keep one of the two pairs."
      ]),
    BadInput(
      name: "a place that is not told", text: .site,
      old: "place: {lat: 47.5, lon: 9.25}",
      new: "place: {up: 1 m}",
      expected: [
        "site.yaml:24:12: error: sensors[1].place: found no place; expected either east "
          + "and north in metres, or lat and lon in degrees. Write {east: 12 m, north: -3 m}."
      ]),
    BadInput(
      name: "a name with capitals", text: .site,
      old: "name: mast",
      new: "name: Mast",
      expected: [
        "site.yaml:31:11: error: cameras[0].name: found \"Mast\"; expected a name of "
          + "lower-case letters, digits and - _ ., at most 64 characters. Write a name such as "
          + "\"gate-north\"."
      ]),
    BadInput(
      name: "a wrong word of a few", text: .site,
      old: "left_to_right: in",
      new: "left_to_right: inn",
      expected: [
        "site.yaml:8:31: error: lines[0].crossing.left_to_right: found \"inn\"; expected "
          + "one of in, out. Did you mean \"in\"?"
      ]),
  ]
}
