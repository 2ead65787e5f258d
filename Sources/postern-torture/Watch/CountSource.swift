import NIOCore

/// Where the counts of a server come from: its methods, and its log.
struct CountSource: Sendable {
    let target: Target
    /// The server, when this program has started it.
    let server: Server?

    private static let pause = Duration.milliseconds(100)

    /// The counts now.
    var current: ServerCounts {
        get async { await ServerCounts.ask(target.address, log: server?.log ?? "") }
    }

    /// Returns the counts before an attack.
    ///
    /// - Throws: ``TortureFailure`` when a server of this program does not supply one that it has: bars would be met
    ///   without a check.
    func atRest() async throws -> ServerCounts {
        guard let server else { return await current }
        let expected = server.log == nil ? ["log"] : []
        let end = ContinuousClock.now + BarLimits.recovery
        var counts = await current
        while counts.unknown != expected || !counts.isCurrent, .now < end {
            try await Task.sleep(for: Self.pause)
            counts = await current
        }
        guard counts.unknown == expected else { throw TortureFailure("no numbers from \(counts.unknown)") }
        return counts
    }

    /// Waits until the counts are back, for a limited time; returns those that are not.
    func remains(since start: ServerCounts) async -> [String] {
        let end = ContinuousClock.now + BarLimits.recovery
        var remains = await current.growth(since: start)
        while !remains.isEmpty, .now < end {
            try? await Task.sleep(for: Self.pause)
            remains = await current.growth(since: start)
        }
        return remains
    }
}
