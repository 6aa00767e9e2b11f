import Glibc

/// Gives each input of libFuzzer's to `body`, until libFuzzer ends; the program's arguments are its.
@safe
public func fuzz(_ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt) -> Never {
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer? = unsafe CommandLine.unsafeArgv
  exit(unsafe runFuzzer(&count, &arguments, body))
}

/// libFuzzer's own main, which the package manager's takes the place of (FuzzerDriver.cpp).
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
