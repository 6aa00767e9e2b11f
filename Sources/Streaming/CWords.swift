#if VEDETTE_NATS
  import Glibc

  /// Texts for C, which live as long as this does.
  @safe
  struct CWords: ~Copyable {
    /// The texts, in order.
    private(set) var pointers: [UnsafePointer<CChar>?]

    init(_ texts: [String]) {
      unsafe pointers = texts.map { unsafe UnsafePointer(strdup($0)) }
    }

    deinit {
      for place in unsafe pointers.indices {
        unsafe free(UnsafeMutablePointer(mutating: pointers[place]))
      }
    }
  }
#endif
