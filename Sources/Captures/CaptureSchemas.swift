/// JSON Schemas of the channels that carry JSON, as captures hold them.
enum CaptureSchemas {
  static let encoding = "jsonschema"

  static let gpio = """
    {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"GPIO edge","type":"object",\
    "required":["sensor","edge"],"properties":{"sensor":{"type":"string"},\
    "edge":{"enum":["rising","falling"]}}}
    """

  static let health = """
    {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Change of health",\
    "type":"object","required":["sensor","state","reason","errno"],"properties":{\
    "sensor":{"type":["string","null"]},"state":{"type":"string"},"reason":{"type":"string"},\
    "errno":{"type":"integer"}}}
    """

  static let clock = """
    {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Map from monotonic to UTC",\
    "type":"object","required":["monotonic_ns","utc_ns","uncertainty_ns","state"],"properties":{\
    "monotonic_ns":{"type":"integer"},"utc_ns":{"type":"integer"},\
    "uncertainty_ns":{"type":"integer"},\
    "state":{"enum":["synchronised","holdover","unsynchronised"]}}}
    """

  static let observation = """
    {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Observation, metres east \
    and north, radians counter-clockwise from east","type":"object",\
    "required":["source","n","sensor","kind"],"properties":{"source":{"type":"integer"},\
    "n":{"type":"integer"},"sensor":{"type":["string","null"]},"kind":{"enum":["area",\
    "detection","scan_end","platform","air","health","clock"]}}}
    """

  static let event = """
    {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Event of the post",\
    "type":"object"}
    """

  /// Source: foxglove-sdk, schemas/jsonschema/LocationFix.json.
  static let fix = """
    {"title":"foxglove.LocationFix","type":"object","required":["timestamp","frame_id","latitude",\
    "longitude","altitude","position_covariance","position_covariance_type"],"properties":{\
    "timestamp":{"type":"object","title":"time","properties":{"sec":{"type":"integer"},\
    "nsec":{"type":"integer"}}},"frame_id":{"type":"string"},"latitude":{"type":"number"},\
    "longitude":{"type":"number"},"altitude":{"type":"number"},"position_covariance":{\
    "type":"array","items":{"type":"number"},"minItems":9,"maxItems":9},\
    "position_covariance_type":{"type":"integer"}}}
    """

  /// Source: foxglove-sdk, schemas/jsonschema/GeoJSON.json.
  static let geoJSON = """
    {"title":"foxglove.GeoJSON","type":"object","required":["geojson"],"properties":{\
    "geojson":{"type":"string"}}}
    """
}
