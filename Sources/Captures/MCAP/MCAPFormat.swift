/// Names and numbers of the MCAP container, version 0.
///
/// Source: MCAP specification (mcap.dev/spec). Integers are little-endian; a record is one byte of
/// opcode, eight bytes of length, then its content; strings carry 32 bits of length.
public enum MCAPFormat {
  /// First and last eight bytes of a file: 0x89, `MCAP0`, CR, LF.
  static let magic: [UInt8] = [0x89, 0x4D, 0x43, 0x41, 0x50, 0x30, 0x0D, 0x0A]
  /// Bytes before a record's content.
  static let recordHeadBytes = 9
  /// Bytes of a message before its payload, without the record's head.
  static let messageHeadBytes = 22
  /// Bytes of the footer record, head included.
  static let footerBytes = 29

  /// Kinds of record.
  enum Opcode {
    static let header: UInt8 = 0x01
    static let footer: UInt8 = 0x02
    static let schema: UInt8 = 0x03
    static let channel: UInt8 = 0x04
    static let message: UInt8 = 0x05
    static let chunk: UInt8 = 0x06
    static let messageIndex: UInt8 = 0x07
    static let chunkIndex: UInt8 = 0x08
    static let attachment: UInt8 = 0x09
    static let attachmentIndex: UInt8 = 0x0A
    static let statistics: UInt8 = 0x0B
    static let metadata: UInt8 = 0x0C
    static let metadataIndex: UInt8 = 0x0D
    static let summaryOffset: UInt8 = 0x0E
    static let dataEnd: UInt8 = 0x0F
  }

  /// How chunks are compressed.
  public enum Compression: Sendable, Equatable {
    /// Not at all: fastest, and no gain for JPEG.
    case none
    /// Zstandard at a level, 1 (fastest) ... 19.
    case zstandard(level: Int)

    /// The word in chunk records.
    var word: StaticString {
      switch self {
      case .none: ""
      case .zstandard: "zstd"
      }
    }
  }
}

/// What a channel carries.
public struct MCAPChannel: Sendable, Equatable {
  /// Number of the channel in the file.
  public var id: UInt16
  /// Number of its schema, 0 for none.
  public var schema: UInt16
  /// Name of what it carries; several channels may share it.
  public var topic: String
  /// How its messages are written, e.g. `json`.
  public var messageEncoding: String
  /// Further names and values.
  public var metadata: [String: String]
}

/// How the messages of a channel are described.
public struct MCAPSchema: Sendable, Equatable {
  /// Number of the schema in the file, from 1.
  public var id: UInt16
  /// Its name.
  public var name: String
  /// How `data` is written, e.g. `jsonschema`.
  public var encoding: String
  /// The schema itself.
  public var data: [UInt8]
}

/// What a message says beside its payload.
public struct MCAPMessage: BitwiseCopyable, Sendable, Equatable {
  /// The channel.
  public var channel: UInt16
  /// The sender's count.
  public var sequence: UInt32
  /// When it was recorded, nanoseconds.
  public var logTime: UInt64
  /// When it was true or sent, nanoseconds.
  public var publishTime: UInt64

  /// A message's description.
  public init(channel: UInt16, sequence: UInt32, logTime: UInt64, publishTime: UInt64) {
    self.channel = channel
    self.sequence = sequence
    self.logTime = logTime
    self.publishTime = publishTime
  }
}

/// The most that is believed of a file's own words; beyond it reading ends with an error instead of
/// taking memory.
public struct MCAPLimits: Sendable, Equatable {
  /// Longest chunk or message record, bytes.
  public var chunkRecordBytesMax = 512 << 20
  /// Most bytes that one chunk may decompress to.
  public var decompressedBytesMax = 256 << 20
  /// Longest record of any other kind that is read (attachments are passed over), bytes.
  public var otherRecordBytesMax = 64 << 20
  /// Longest summary section that is read, bytes.
  public var summaryBytesMax = 512 << 20

  /// The limits in force if nothing else is said.
  public init() {}
}
