/// Finds the JSON form of one type by running its `init(from:)` several times.
///
/// The first runs differ in their samples, so that a type that accepts only some values, or reads other members for
/// other values, is seen whole. Further runs leave out one member, make it null, or refuse the way in which it was read:
/// what a type still accepts is optional, nullable, or has another form.
struct TypeProbe<Content: Decodable> {
    typealias Plan = ProbeRun.Plan

    /// A run that the type has accepted, with what all accepted runs of the same keys have read.
    private struct Success {
        let trace: ProbeTrace
        let plan: Plan
        let value: Content
    }

    private let overrides: any SchemaOverrides.Type
    private let budget = ProbeBudget()

    init(_ type: Content.Type, _ overrides: any SchemaOverrides.Type) { self.overrides = overrides }

    /// Returns the form; `.any` if the type accepts none of the samples, or encodes itself in another form.
    func node() -> SchemaNode {
        let names = run(Plan()).trace.keyNames
        if !names.isEmpty { return node(withKeys: names) }
        guard let found = accepted(.one(0)) else { return refusedNode }
        return node(of: found)
    }

    /// Returns the form of a type that asks which of its keys are present.
    private func node(withKeys names: [String]) -> SchemaNode {
        let found = names.indices.map { accepted(.one($0)) }
        // The compiler writes enumerations with associated values as an object with one key, that of the case.
        if accepted(.none) == nil, names.count == 1 || accepted(.all) == nil {
            let cases = zip(names, found).map { name, success in
                success.map(node) ?? .object([.init(name: name, node: .any, isRequired: true)])
            }
            return cases.count == 1 ? cases[0] : .union(cases, isExclusive: true)
        }
        guard let first = found.compactMap(\.self).first else { return .any }
        for other in found.compactMap(\.self).dropFirst() { first.trace.merge(other.trace) }
        return node(of: first)
    }

    private func node(of found: Success) -> SchemaNode {
        explore(found)
        // A result is what the type writes; a schema of what it reads would be wrong for it.
        if let tree = TreeEncoder.tree(ofAny: found.value), !found.trace.admits(tree) { return .any }
        return found.trace.node
    }

    /// The form of a type that accepts no sample: that of its only value, or any.
    private var refusedNode: SchemaNode {
        let accesses = Set((0..<ProbeLimits.attempts).map { run(Plan(attempt: $0)).trace.accesses })
        guard let only = accesses.first, accesses.count == 1, only.count == 1, case .value(let node) = only[0] else {
            return .any
        }
        var plan = Plan()
        plan.refused = ("", Set(only))
        // A type that then tries another form may have more of them.
        return run(plan).trace.accesses.isEmpty ? node : .any
    }
}

extension TypeProbe {
    /// Runs `init(from:)` once; the value is `nil` if it throws.
    private func run(_ plan: Plan) -> (trace: ProbeTrace, value: Content?) {
        let trace = ProbeTrace(attempt: plan.attempt)
        let run = ProbeRun(plan, budget, overrides)
        return (trace, try? Content(from: ProbeDecoder(run: run, trace: trace)))
    }

    /// Returns the first accepted run, with what all accepted ones have read.
    private func accepted(_ keys: ProbeRun.Keys) -> Success? {
        var first: Success?
        var refused: [ProbeTrace] = []
        for number in 0..<ProbeLimits.attempts {
            let plan = Plan(attempt: number, keys: keys)
            let (trace, value) = run(plan)
            if value == nil { refused.append(trace) }
            guard let value else { continue }
            if let first { first.trace.merge(trace) } else { first = Success(trace: trace, plan: plan, value: value) }
        }
        guard let first else { return nil }
        // No sample fits a place that only refused runs have read, but other values may.
        for trace in refused where !first.trace.hasRead(trace) { first.trace.merge(trace) }
        return first
    }

    /// Finds what may be missing, null, or read in another way.
    private func explore(_ found: Success) {
        for place in found.trace.places.prefix(ProbeLimits.places) {
            var plan = found.plan
            plan.attempt = place.attempt
            plan.missing = place.path
            if !place.path.isEmpty, merge(plan, into: found, place) { place.isSkippable = true }
            if place.isSkippable || place.isNullAsked {
                plan.missing = nil
                plan.null = place.path
                if merge(plan, into: found, place) { place.acceptsNull = true }
            }
            exploreOtherForms(of: place, found)
        }
    }

    /// Refuses each known way of reading a place until no other is found.
    private func exploreOtherForms(of place: ProbeTrace, _ found: Success) {
        for _ in 0..<ProbeLimits.forms {
            let known = place.accesses
            for number in 0..<ProbeLimits.attempts where place.accesses == known {
                var plan = found.plan
                plan.attempt = number
                plan.refused = (place.path, Set(known))
                merge(plan, into: found, place)
            }
            if place.accesses == known { return }
        }
    }

    /// Adds what a run has read, if the type accepts what it was answered in a place, and returns whether it does.
    @discardableResult
    private func merge(_ plan: Plan, into found: Success, _ place: ProbeTrace) -> Bool {
        let (trace, value) = run(plan)
        let isAccepted = value != nil ? trace.places.contains { $0.path == place.path } : !found.trace.hasRead(trace)
        if isAccepted { found.trace.merge(trace) }
        return isAccepted
    }
}

/// The limits of a probe.
enum ProbeLimits {
    /// The number of runs that differ in their samples.
    static let attempts = 32
    /// The number of places of a type that are explored further.
    static let places = 128
    /// The number of forms that one place is found to have.
    static let forms = 8
}
