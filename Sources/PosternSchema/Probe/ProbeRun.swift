/// One run of a type's `init(from:)` against a decoder that answers with samples and records what is read.
package final class ProbeRun {
    /// What a run answers, besides samples.
    struct Plan {
        /// The number of the attempt, which selects the samples.
        var attempt = 0
        /// The place whose value is missing.
        var missing: String?
        /// The place whose value is null.
        var null: String?
        /// A place, and the ways of reading it that are refused.
        var refused: (path: String, accesses: Set<ProbeTrace.Access>)?
        /// The keys that a container with a fixed set of keys reports.
        var keys = Keys.one(0)
    }

    /// The keys that a container reports.
    enum Keys: Hashable { case none, one(Int), all }

    var plan: Plan
    private let budget: ProbeBudget
    private let overrides: any SchemaOverrides.Type
    /// The types that are being created, from the outermost one.
    private var open: Set<ObjectIdentifier> = []
    private var samples: [ObjectIdentifier: Any] = [:]

    private static let maximumNesting = 24

    init(_ plan: Plan, _ budget: ProbeBudget, _ overrides: any SchemaOverrides.Type) {
        self.plan = plan
        self.budget = budget
        self.overrides = overrides
    }

    /// The number of the attempt, which selects the samples.
    package var attempt: Int { plan.attempt }

    /// The number for this attempt; the first ones are accepted by most types.
    package var number: Int { Self.numbers[attempt % Self.numbers.count] }

    private static let numbers = [1, 0, 2, 10, 100, -1, 2_000, 60]

    /// The texts for attempts: those that types most often require.
    package static let texts = [
        "a", "", "1", "2000-01-01T00:00:00Z", "00000000-0000-4000-8000-000000000000", "https://example.org/",
        "a@example.org", "EUR",
    ]

    /// Counts one step; throws when the probe has taken too many.
    func step() throws { try budget.spend() }

    /// Returns a value of a type, or throws if none can be created.
    func sample<Content: Decodable>(of type: Content.Type) throws -> Content {
        try step()
        if let known = type as? any KnownType.Type, let value = try known.sample(for: self) as? Content { return value }
        let id = ObjectIdentifier(type)
        if let kept = samples[id] as? Content { return kept }
        if let value = overrides.sample(of: type) { return value }
        if let cases = EnumCases.values(of: type) { return cases[attempt % cases.count] }
        // A type that contains itself in each of its forms has no value that can be created this way.
        guard open.count < Self.maximumNesting, open.insert(id).inserted else { throw ProbeError.tooDeep }
        defer { open.remove(id) }
        let value = try smallest(type)
        samples[id] = value
        return value
    }

    /// Returns a value of a type that may not be `Decodable`; `nil` if none can be created.
    package func anySample(of type: any Any.Type) -> Any? {
        guard let type = type as? any Decodable.Type else { return nil }
        return try? sample(of: type)
    }

    /// Returns a value without its optional members, by the first attempt that the type accepts.
    private func smallest<Content: Decodable>(_ type: Content.Type) throws -> Content {
        let outer = plan
        defer { plan = outer }
        var failure: any Error = ProbeError.tooDeep
        for attempt in [outer.attempt] + Array(0..<Self.texts.count) {
            var choice = 0
            var choices = 1
            while choice < choices {
                let trace = ProbeTrace(isMinimal: true)
                plan = Plan(attempt: attempt, keys: .one(choice))
                do { return try Content(from: ProbeDecoder(run: self, trace: trace)) } catch { failure = error }
                choices = max(1, trace.keyNames.count)
                choice += 1
            }
        }
        throw failure
    }
}

/// Schemas and samples that types supply themselves.
package protocol SchemaOverrides: Sendable {
    /// Returns the schema that a type supplies; `nil` for most types.
    static func schema(of type: any Any.Type) -> JSONTree?
    /// Returns a value of a type with a schema of its own; `nil` for other types, or without an example.
    static func sample<Content: Decodable>(of type: Content.Type) -> Content?
}

/// The number of steps that the probe of one type may take.
final class ProbeBudget {
    private var left = 200_000

    func spend() throws {
        left -= 1
        guard left > 0 else { throw ProbeError.tooLong }
    }
}

/// An error with which a probe ends the `init(from:)` of a type.
enum ProbeError: Error {
    /// A value contains itself, or too many others.
    case tooDeep
    /// The type has read too much.
    case tooLong
}
