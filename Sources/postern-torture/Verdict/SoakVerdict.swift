import PosternMeasuring

/// What has grown in the second half of a soak: by linear fits, and by counts while no client was connected.
struct SoakVerdict: Sendable {
    /// A sample, with the seconds since the start.
    typealias Sample = (seconds: Double, usage: Usage)

    /// The growth of each number in the second half, by its name; `nil` without samples.
    let growth: [(name: String, value: Double?, most: Double, unit: String)]
    /// The counts that were not back at the start's, at half time or at the end.
    let remains: [String]

    /// Samples are read ten times a second; a busy machine may delay half of them.
    private static let samplesASecond = 5.0

    /// Fits lines to the samples of the second half.
    ///
    /// - Parameters:
    ///   - samples: The samples of the whole time.
    ///   - from: The begin of the second half, in seconds.
    ///   - end: The end.
    ///   - remains: The counts that were not back at the start's.
    init(_ samples: [Sample], from: Double, to end: Double, remains: [String]) {
        let half = samples.filter { $0.seconds >= from && $0.seconds <= end }
        let isComplete = Double(half.count) >= Self.samplesASecond * (end - from)
        func growth(_ number: (Usage) -> Int) -> Double? {
            guard isComplete else { return nil }
            return LinearFit(half.map { ($0.seconds, Double(number($0.usage))) }).map { $0.slope * (end - from) }
        }
        self.growth = [
            ("memory", growth(\.memory).map { $0 / 1_048_576 }, 1, " MiB"),
            ("descriptors", growth(\.descriptors), 2, ""), ("threads", growth(\.threads), 2, ""),
        ]
        self.remains = remains
    }

    /// The names of the numbers that have grown more than they may, or that are not known.
    var missed: [String] {
        growth.filter { number in number.value.map { $0 > number.most } ?? true }.map(\.name)
            + (remains.isEmpty ? [] : ["counts"])
    }

    /// One line for people.
    var line: String {
        let numbers = growth.map { number in
            let value = number.value.map { "\($0 < 0 ? "" : "+")\($0.rounded(to: 2))" } ?? "not known"
            return "\(number.name) \(value) of \(number.most.rounded(to: 0))\(number.unit)"
        }
        return numbers.joined(separator: ", ") + "; counts "
            + (remains.isEmpty ? "as at the start" : remains.joined(separator: ", "))
    }
}
