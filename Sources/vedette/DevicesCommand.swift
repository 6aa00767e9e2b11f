import ArgumentParser
import Devices

/// `vedette devices`: what this machine has.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Lists what GPIO chips, cameras and serial ports this machine has.")

  mutating func run() throws {
    let inventory = DeviceInventory.take()
    say(inventory.report)
    if inventory.chips.isEmpty, inventory.cameras.isEmpty, inventory.ports.isEmpty {
      throw ExitStatus.unavailable
    }
  }
}
