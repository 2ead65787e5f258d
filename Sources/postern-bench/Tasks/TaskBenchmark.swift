import ArgumentParser
import PosternPrograms
import PosternTasks

/// `postern-bench tasks`: the parent of the benchmark of task processes.
struct TaskBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Spawns a child process and calls it, once for each line of standard input.",
        discussion: """
            A line of output has the milliseconds from spawning to the first reply, calls a second with 1 in flight, \
            and with 64. `make bench-tasks` runs this beside Cowait.
            """,
        shouldDisplay: false
    )

    @Argument(parsing: .postTerminator, help: "The program of the child and its arguments; this program if none.")
    var program: [String] = []

    @Flag(help: "Makes the calls on Swift's global executor, and not on the event loop of the connection.")
    var global = false

    @Option(help: "The longest time that parent and child poll their channel, in microseconds; 0 turns polling off.")
    var busyPolling = 50

    @OptionGroup var time: TimeOptions

    func run() async throws {
        while readLine() != nil {
            let round = try await measure()
            Output.line("\(round.firstCall / .milliseconds(1)) \(round.rateAlone) \(round.rateTogether)")
        }
    }

    private var options: TaskOptions {
        var options = TaskOptions()
        options.busyPolling = .microseconds(busyPolling)
        return options
    }

    private func measure() async throws -> TaskRound {
        guard let name = program.first else {
            return try await TaskRound.measure(CalculatorTask(), options, isGlobal: global, time)
        }
        let command = TaskCommand.program(name, Array(program.dropFirst()))
        return try await TaskRound.measure(ForeignCalculator(command: command), options, isGlobal: global, time)
    }
}
