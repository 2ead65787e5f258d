import ArgumentParser
import PosternPrograms
import PosternTasks

/// The benchmarks of Postern.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern-bench",
        abstract: "Measures Postern: one line for each measurement.",
        discussion: """
            A line has the name of the measurement, the number of operations, operations per second, the latency \
            (median and 99th percentile, as the caller sees it), and the CPU time of one operation in microseconds. \
            Client and server run in this process; where their threads are separate, the server's CPU time is printed \
            as well.

            Measure a release build on a quiet machine: swift run -c release postern-bench all
            """,
        subcommands: [
            AllBenchmarks.self, CodecBenchmark.self, InProcessBenchmark.self, NativeBenchmark.self,
            WebSocketBenchmark.self, FanOutBenchmark.self, IdleBenchmark.self, ServeCommand.self,
            NativeServeCommand.self, NativeLoadCommand.self, TaskBenchmark.self,
        ]
    )

    static func main() async {
        // The benchmark of tasks starts this program again as its child.
        await TaskProgram.runIfChild(CalculatorTask.self)
        await main(nil)
    }
}

/// `postern-bench all`.
struct AllBenchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "all", abstract: "Runs every benchmark.")

    @OptionGroup var time: TimeOptions

    func run() async throws {
        try await CodecBenchmark.measure(time)
        try await InProcessBenchmark.measure(time)
        try await NativeBenchmark.measure(time)
        for (connections, depth) in [(1, 1), (50, 1), (50, 16)] {
            try await WebSocketBenchmark.measure(connections: connections, depth: depth, time)
        }
        try await FanOutBenchmark.measure(subscribers: 1000, time)
        try await IdleBenchmark.measure(connections: 2000)
    }
}

/// The duration of measurements.
struct TimeOptions: ParsableArguments {
    @Option(help: "Seconds of each measurement, after a fifth of it to warm up.")
    var seconds = Setting.value("seconds", default: 1.0)

    func validate() throws {
        guard (0.01...3600).contains(seconds) else {
            throw ValidationError("--seconds \(seconds) is not within 0.01 to 3600")
        }
    }

    /// The duration of a measurement.
    var duration: Duration { .seconds(seconds) }
    /// The time before it, whose results are discarded.
    var warmUp: Duration { .seconds(seconds / 5) }
}
