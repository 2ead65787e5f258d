import ArgumentParser
import PosternPrograms

/// How long to measure.
struct TimeOptions: ParsableArguments {
    @Option(help: "Seconds of each measurement, after a fifth of it to warm up.")
    var seconds = Setting.value("seconds", default: 1.0)

    func validate() throws {
        guard (0.01...3600).contains(seconds) else {
            throw ValidationError("--seconds \(seconds) is not within 0.01 to 3600")
        }
    }

    /// The time that counts.
    var duration: Duration { .seconds(seconds) }
    /// The time before it.
    var warmUp: Duration { .seconds(seconds / 5) }
}
