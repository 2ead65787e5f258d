import ArgumentParser
import NIOCore
import Postern
import PosternGateway
import PosternPrograms

/// Measures the delivery of events to many subscribers.
struct FanOutBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fan-out",
        abstract: "Publishes events to many WebSockets; an operation is the delivery of one event to one of them."
    )

    @Option(help: "WebSockets that have subscribed.")
    var subscribers = Setting.value("subscribers", default: 1000)

    @OptionGroup var time: TimeOptions

    func validate() throws {
        guard (1...10_000).contains(subscribers) else {
            throw ValidationError("--subscribers is not within 1 to 10000")
        }
    }

    func run() async throws { try await Self.measure(subscribers: subscribers, time) }

    /// The number of events in flight.
    private static let window = 4

    static func measure(subscribers: Int, _ time: TimeOptions) async throws {
        let services = BenchServices()
        let gateway = try await BenchGateway.start(services.router)
        let load = LoadGenerator()
        let progress = FanOutProgress(topic: services.topic, subscribers: subscribers)
        try await load.open(subscribers, port: gateway.port) { SubscriberWorkload(progress, $0) }
        try await progress.waitForSubscribers()
        for _ in 0..<window { progress.publish() }
        try await Task.sleep(for: time.warmUp)
        try await load.takeCounts()
        let (cpu, began) = (CPUTime.now(), ContinuousClock.now)
        try await Task.sleep(for: time.duration)
        let times = try await load.takeCounts()
        let (after, duration) = (CPUTime.now(), ContinuousClock.now - began)
        let all = after.all - cpu.all
        Measurement(
            "fan-out to \(subscribers)",
            duration,
            times,
            cpu: all,
            serverCPU: all - (after.loadGenerator - cpu.loadGenerator)
        ).report()
        try await load.stop()
        await gateway.drain()
    }
}
