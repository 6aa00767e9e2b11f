public import Simulation

/// Where the post's raw samples come from.
public enum SampleOrigin: Sendable {
  /// Devices of the running kernel.
  case devices
  /// A scripted scenario, in real time; its events are of an exercise.
  case simulation(Scenario)
  /// A capture fed as if it were live: edges and frames paced from the file, serial bytes through
  /// pseudo-terminals.
  case capture(path: String)
}
