import PosternMeasuring

/// More calls than the server can serve, in an open loop.
enum OverloadAttack {
    static let all = [overload]

    static let overload = Attack(
        name: "overload",
        rows: "P7",
        summary: "calls with a deadline over four WebSockets, at 0.5, 1 and 2 times the rate of the measured peak",
        seconds: 14,
        refusals: ["-32009"],
        isInShortForm: true,
        shortSeconds: 9,
        measuresOverload: true
    ) { attacker in
        let load = try await OpenLoad(attacker, connections: 4)
        // Four phases, after each of which calls have their deadline to end.
        let phase = load.wholeCalls((attacker.left - .seconds(1)) / 4 - load.deadline)
        var figures = OverloadFigures()
        figures.deadline = load.deadline.inMilliseconds
        figures.peak = try await load.run({ .inFlight(OpenLoad.callsInFlight, over: $0) }, for: phase).goodput
        for multiple in OverloadFigures.multiples {
            let rate = multiple * figures.peak
            let seen = try await load.run({ _ in .rate(rate / 4) }, for: phase)
            figures.offered = min(figures.offered, Double(seen.tally.offered) / (rate * phase.inSeconds))
            figures.goodput["\(multiple)"] = seen.goodput
            figures.refused = seen.tally.refusals.count
            figures.refusedP99 = seen.tally.refusals.quantile(0.99) / 1_000_000
            figures.answeredP99 = seen.tally.answers.quantile(0.99) / 1_000_000
        }
        if figures.refused > 0 { attacker.record.note("-32009") }
        attacker.record.measured(figures)
    }
}
