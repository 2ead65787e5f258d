import PosternMeasuring

/// What has grown in the second half of a soak, by linear fits.
struct SoakVerdict: Sendable {
    /// A sample, with the seconds since the start.
    typealias Sample = (seconds: Double, usage: Usage)

    /// The growth of each number from half time to the end, by its name.
    let growth: [(name: String, value: Double, most: Double, unit: String)]

    /// Fits lines to the samples of the second half.
    ///
    /// - Parameters:
    ///   - samples: The samples of the whole time.
    ///   - seconds: The whole time.
    init(_ samples: [Sample], seconds: Double) {
        let half = samples.filter { $0.seconds >= seconds / 2 && $0.seconds <= seconds }
        func growth(_ number: (Usage) -> Int) -> Double {
            let fit = LinearFit(half.map { ($0.seconds, Double(number($0.usage))) })
            return (fit?.slope ?? 0) * seconds / 2
        }
        self.growth = [
            ("memory", growth(\.memory) / 1_048_576, 1, " MiB"), ("descriptors", growth(\.descriptors), 2, ""),
            ("threads", growth(\.threads), 2, ""),
        ]
    }

    /// The names of the numbers that have grown more than they may.
    var missed: [String] { growth.filter { $0.value > $0.most }.map(\.name) }

    /// One line for people.
    var line: String {
        growth.map { "\($0.name) \($0.value < 0 ? "" : "+")\($0.value.rounded(to: 2))\($0.unit)" }
            .joined(separator: ", ")
    }
}
