import Glibc
import Model
import Testing

@testable import Devices

@Suite struct DeviceInventoryTests {
  @Test func `an empty inventory says of each kind that there is none and what to do`() {
    let report = DeviceInventory(chips: [], cameras: [], ports: []).report
    #expect(report.contains("GPIO: none found."))
    #expect(report.contains("Cameras: none found."))
    #expect(report.contains("Serial ports: none found."))
    #expect(report.contains("journalctl -k"))
  }

  @Test func `the inventory of this machine lists what its folders list`() {
    let inventory = DeviceInventory.take()
    #expect(inventory.chips.map(\.path) == deviceNodes(prefix: "gpiochip"))
    #expect(inventory.ports.allSatisfy { $0.path.hasPrefix("/dev/") })
    #expect(!inventory.report.isEmpty)
  }

  @Test func `the report names what the site file needs`() {
    let inventory = DeviceInventory(
      chips: [
        GPIOChipRecord(
          path: "/dev/gpiochip1", label: "post",
          lines: [
            GPIOLineRecord(offset: 0, name: "pir-north", isUsed: false, isOutput: false),
            GPIOLineRecord(offset: 1, isUsed: true, consumer: "vedette", isOutput: false),
            GPIOLineRecord(offset: 2, isUsed: false, isOutput: false),
          ])
      ],
      cameras: [
        CameraRecord(
          path: "/dev/video0", card: "Yard", bus: "usb-1.2", driver: "uvcvideo",
          formats: [
            CameraFormatRecord(
              code: "YUYV", description: "YUYV 4:2:2", isUsable: true,
              sizes: [.init(width: 640, height: 360, framesPerSecondMax: 25)]),
            CameraFormatRecord(code: "BA81", description: "Bayer", isUsable: false, sizes: []),
          ])
      ],
      ports: [
        SerialPortRecord(
          path: "/dev/ttyACM0", description: "Radio", transport: "usb", serialNumber: "D-7",
          stablePath: "/dev/serial/by-id/usb-Radio-if00")
      ])
    let report = inventory.report
    #expect(report.contains("chip \"post\", 3 lines"))
    #expect(report.contains("line 0 \"pir-north\""))
    #expect(report.contains("line 1, in use by vedette"))
    #expect(!report.contains("line 2"))
    #expect(report.contains("card \"Yard\", bus usb-1.2"))
    #expect(report.contains("YUYV: 640x360 to 25 frames/s"))
    #expect(report.contains("not usable: BA81"))
    #expect(report.contains("serial:D-7"))
    #expect(report.contains("/dev/serial/by-id/usb-Radio-if00"))
    #expect(!report.contains("none found"))
  }

  @Test func `the stub names devices by what stays after a replug`() {
    let camera = CameraRecord(
      path: "/dev/video0", card: "Yard", bus: "usb-1.2", driver: "uvcvideo",
      formats: [
        CameraFormatRecord(
          code: "YUYV", description: "", isUsable: true,
          sizes: [
            .init(width: 640, height: 360, framesPerSecondMax: 30),
            .init(width: 1_280, height: 720, framesPerSecondMax: 10),
            .init(width: 1_920, height: 1_080, framesPerSecondMax: 5),
          ])
      ])
    let inventory = DeviceInventory(
      chips: [
        GPIOChipRecord(
          path: "/dev/gpiochip1", label: "po\"st",
          lines: [
            GPIOLineRecord(offset: 0, name: "GPIO17", isUsed: false, isOutput: false),
            GPIOLineRecord(offset: 1, name: "LED", isUsed: false, isOutput: true),
            GPIOLineRecord(offset: 2, name: "SD", isUsed: true, isOutput: false),
          ])
      ], cameras: [camera, camera],
      ports: [
        SerialPortRecord(
          path: "/dev/ttyACM0", description: "", transport: "usb", serialNumber: "D-7\n"),
        SerialPortRecord(path: "/dev/ttyS0", description: "", transport: "native"),
      ])
    let stub = inventory.siteStub
    #expect(stub.contains(#"device: "serial:D-7\x0a", baud: 57600"#))
    #expect(stub.contains(#"gpio: {chip: "po\"st", line: "GPIO17"}"#))
    #expect(stub.contains(#"device: "bus:usb-1.2""#))
    #expect(stub.contains("mode: {format: yuyv, width: 1280, height: 720, rate: 10 /s}"))
    #expect(stub.contains("- name: yard\n") && stub.contains("- name: yard-2\n"))
    #expect(!stub.contains("LED") && !stub.contains("SD") && !stub.contains("ttyS0"))
    #expect(stub.split(separator: "\n").allSatisfy { !$0.contains("\t") })
    #expect(DeviceInventory(chips: [], cameras: [], ports: []).siteStub.isEmpty)
  }

  @Test func `nodes are listed by number and nothing else is taken for one`() {
    let folder = TemporaryFolder()
    for name in ["video10", "video2", "video0", "video-1", "video+3", "video007", "videos", "vide"]
    {
      _ = folder.file(name)
    }
    #expect(
      deviceNodes(prefix: "video", in: folder.path)
        == ["video0", "video2", "video10"].map { "\(folder.path)/\($0)" })
    #expect(deviceNodes(prefix: "video", in: "/nowhere").isEmpty)
  }

  @Test func `presence ends when a node is replaced by one of the same name`() {
    let folder = TemporaryFolder()
    let path = folder.link("port", to: "/dev/null")
    let presence = DevicePresence(path: path, entry: "/sys/nothing")
    #expect(presence.holds)
    _ = folder.link("port", to: "/dev/zero")
    #expect(!presence.holds)
    _ = folder.link("port", to: "/dev/null")
    #expect(presence.holds)
    folder.remove("port")
    #expect(!presence.holds)
    #expect(!DevicePresence(path: path, entry: "/sys/nothing").holds)
  }

  @Test func `names of cameras and ports are read as they stand in the site file`() {
    #expect(CameraName("bus:usb-0000:00:14.0-2") == .bus("usb-0000:00:14.0-2"))
    #expect(CameraName("card:HD Webcam: front") == .card("HD Webcam: front"))
    #expect(CameraName("/dev/video3") == .path("/dev/video3"))
    #expect(SerialName("serial:A7:01") == .serialNumber("A7:01"))
    #expect(SerialName("/dev/ttyUSB0") == .path("/dev/ttyUSB0"))
  }

  @Test func `an error names the deed, the device, the system's words and a remedy`() {
    let error = DeviceError(operation: "VIDIOC_S_FMT", subject: "/dev/video0", systemError: EBUSY)
    #expect(error.code == .busy)
    #expect(error.description.hasPrefix("VIDIOC_S_FMT on /dev/video0 failed: Device or resource"))
    #expect(error.description.contains("fuser"))
    #expect(error.code.healthReason == .deviceBusy)
  }

  @Test(arguments: [
    (ENOENT, HealthReason.deviceAbsent), (ENODEV, .deviceGone), (EBUSY, .deviceBusy),
    (EACCES, .accessDenied), (EPERM, .accessDenied), (EIO, .inputOutputError),
    (EINVAL, .unsupportedMode), (ENOTTY, .unsupportedMode), (EMFILE, .other), (9_999, .other),
  ])
  func `each system error becomes the reason a technician can act on`(
    code: Int32, reason: HealthReason
  ) {
    #expect(
      DeviceError(operation: "open", subject: "x", systemError: code).code.healthReason == reason)
  }
}
