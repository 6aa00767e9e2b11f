@testable import Ledger

/// Frozen bytes: a change of any of them is a change of what is stored or sent, and takes a new
/// version of the record, the segment or the event type.
enum Fixtures {
  /// Header and first record of a segment, worked out by hand from the tables of `SegmentHeader`
  /// and `RecordLayout` with another implementation of CRC-32C.
  static let segmentBeginning =
    "564544455454454c0100000040000000cdab0000000000000100000000000000"
    + "0000000000000000000000000000000000000000000000000000000042a6ccb0"
    + "3a000000499948a00100000000000000010101000100000079531e9cef9b9818"
    + "00112233445586778899aabbccddeeff02000000000000007b7d000000000000"

  /// The manifest of that ledger, its CRC worked out likewise.
  static let manifest = """
    vedette-ledger 1
    epoch 000000000000abcd
    oldest 1
    newest 1
    post river-2
    crc 9e020a76

    """

  /// Ids worked out with another implementation of SHA-256 from the table of `EventIDDeriver`.
  static let crossingID = "42f7a685-f844-876d-a6fc-27ba6a062e3c"
  /// As above.
  static let healthID = "c34c1ef3-40fa-8a85-9f6b-162764e5043c"
  /// As above.
  static let statusID = "32a3296e-c21a-8a00-aeed-4b7dff50e9e3"

  /// `FixtureSite.crossing` in exercise "Aurora" as version 1 of its type writes it.
  static let crossing = ##"""
    {"geometry":{"coordinates":[9.5001647,47.1234545,434],"type":"Point"},\##
    "properties":{"class":"person","classes":{"animal":0.0625,"drone":0.0625,\##
    "group":0.25,"person":0.5,"unknown":0,"vehicle":0.125},\##
    "clock":{"state":"synchronised","uncertainty_ms":2.5},"confidence":0.9375,\##
    "configuration":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",\##
    "count":{"estimate":2,"max":4,"min":1},"decided_latency_ms":180.25,"direction":"in",\##
    "disposition":"corrected","event_id":"42f7a685-f844-876d-a6fc-27ba6a062e3c",\##
    "exercise":true,"exercise_name":"Aurora","friendly":false,\##
    "friendly_nearby":"patrol-1","from":"Österland","heading_deg":143.1,"height_m":3.5,\##
    "line":{"kind":"border","name":"north bank"},"path":[[9.5001318,47.1234747,-2.5],\##
    [9.5001647,47.1234545,0]],"position_covariance_m2":[0.25,-0.0125,1.5],\##
    "post":"river-2","sensors":[{"count":3,"first":"2026-03-01T04:05:02.789012Z",\##
    "health":"ok","kind":"pir","last":"2026-03-01T04:05:06.289012Z","name":"pir-1"},\##
    {"count":40,"first":"2026-03-01T04:05:01.689012Z","health":"degraded",\##
    "kind":"camera","last":"2026-03-01T04:05:06.889012Z","name":"cam-1"}],\##
    "software":"0.1.0","speed_mps":1.25,"time":"2026-03-01T04:05:06.789012Z",\##
    "time_uncertainty_ms":127.5,"to":"Süd \"A\"\\B\b\t\n\f\r\u0001","track":17,\##
    "version":2},"type":"Feature"}
    """##

  /// `FixtureSite.airCrossing` as version 1 of its type writes it.
  static let airCrossing = ##"""
    {"geometry":{"coordinates":[9.5001647,47.1234545,434],"type":"Point"},\##
    "properties":{"broadcast":"remote_id","claims_to_be":"drone-1","class":"drone",\##
    "clock":{"state":"synchronised","uncertainty_ms":2.5},"confidence":0.9375,\##
    "configuration":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",\##
    "count":{"estimate":2,"max":4,"min":1},"decided_latency_ms":180.25,"direction":"in",\##
    "disposition":"corrected","event_id":"42f7a685-f844-876d-a6fc-27ba6a062e3c",\##
    "exercise":false,"friendly":false,"from":"Österland","heading_deg":143.1,"height_m":3.5,\##
    "line":{"kind":"border","name":"north bank"},"path":[],\##
    "position_covariance_m2":[0.25,-0.0125,1.5],"post":"river-2",\##
    "sensors":[{"count":3,"first":"2026-03-01T04:05:02.789012Z","health":"ok",\##
    "kind":"drone","last":"2026-03-01T04:05:06.289012Z","name":"drone-1",\##
    "seen_from":"beyond"}],"software":"0.1.0","speed_mps":1.25,\##
    "time":"2026-03-01T04:05:06.789012Z","time_uncertainty_ms":127.5,\##
    "to":"Süd \"A\"\\B\b\t\n\f\r\u0001","track":17,"version":2},"type":"Feature"}
    """##

  /// `FixtureSite.health` as version 1 of its type writes it.
  static let health = ##"""
    {"geometry":{"coordinates":[9.5000659,47.1233937,432.75],"type":"Point"},\##
    "properties":{"clock":{"state":"synchronised","uncertainty_ms":2.5},\##
    "configuration":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",\##
    "event_id":"c34c1ef3-40fa-8a85-9f6b-162764e5043c","exercise":false,"post":"river-2",\##
    "reason":"device_gone","sensor":{"kind":"camera","name":"cam-1"},"software":"0.1.0",\##
    "state":"lost","system_error":19,"time":"2026-03-01T04:05:05.789012Z",\##
    "time_uncertainty_ms":2.5,"version":1},"type":"Feature"}
    """##

  /// `FixtureSite.status` as version 1 of its type writes it.
  static let status = ##"""
    {"geometry":{"coordinates":[9.5,47.1234567,430.5],"type":"Point"},\##
    "properties":{"clock":{"state":"synchronised","uncertainty_ms":2.5},\##
    "configuration":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",\##
    "event_id":"32a3296e-c21a-8a00-aeed-4b7dff50e9e3","exercise":false,"ordinal":5,\##
    "post":"river-2","samples_dropped":12,"sensors_lost":1,"software":"0.1.0",\##
    "status":"heartbeat","time":"2026-03-01T04:05:07.789012Z","time_uncertainty_ms":2.5,\##
    "version":1},"type":"Feature"}
    """##

  /// The id of `crossing`.
  static let crossingEventID = EventID(high: 0x42F7_A685_F844_876D, low: 0xA6FC_27BA_6A06_2E3C)

  /// Salts that stand for drawn ones.
  static let salts = (0..<768).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }

  /// SHA-256 of the record of `crossing` with these salts, worked out in Python.
  static let saltedRecordDigest =
    "6193e08d61a722193e96db07a0b035e491da2f7f53f31d5bbe8ea7cea6bac3e2"

  /// SHA-256 of what the tree commits to of it, likewise.
  static let committedDigest = "cc24e55d0acdd632ba7ae563e784f602ace5feab60504b83138f27b55403f119"

  /// The leaf of it, likewise.
  static let leaf = "87ff5478aba148989f0ef43652a8533067a02e3d8590c7a39b1e426e367d73f5"
}
