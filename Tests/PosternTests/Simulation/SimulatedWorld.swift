@testable import Postern

/// Two peers, what is on the wire between them, and everything that a random schedule may do to them.
///
/// Plays the part of `Peer` for two state machines: makes calls, runs handlers, gives up, carries frames, cuts the wire.
struct SimulatedWorld {
    typealias State = PeerState<Int, Int, Int>

    /// One of the two ends.
    struct Side {
        var state: State
        /// What is on its way to this side, piece by piece.
        var incoming: [[UInt8]] = []
        /// The handlers that run here, by the numbers of their calls.
        var handlers: [UInt64: Handler] = [:]
        /// Numbers of notifications in the order in which they came.
        var heard: [Int] = []
        /// Calls made here that were settled before an answer came.
        var lateAnswers: Set<UInt64> = []
        /// Calls of which this side heard that they were given up.
        var cancelsHeard: Set<UInt64> = []
        var isClosed = false
    }

    struct Handler {
        let call: Int
        var isCancelled = false
    }

    /// What became of one call.
    struct CallRecord {
        let side: Int
        let id: UInt64
        let deadline: ContinuousClock.Instant?
        var outcomes: [Outcome] = []
        var wasGivenUp = false
    }

    enum Outcome: Hashable {
        case value(Int)
        case failure(Int)
        case givenUp, expired, lost
    }

    var sides: [Side]
    var calls: [CallRecord] = []
    var notificationsSent = [0, 0]
    var now = ContinuousClock.now
    var isCut = false
    /// Rules that were broken.
    private(set) var faults: [String] = []
    let bug: PlantedBug?
    var random: SplitMix

    init(seed: UInt64, bug: PlantedBug?) {
        self.bug = bug
        random = SplitMix(state: seed)
        sides = (0..<2).map { _ in
            var state = State(limits: .standard)
            state.start(name: "")
            return Side(state: state)
        }
    }

    mutating func note(_ fault: String) { if faults.count < 5 { faults.append(fault) } }

    // MARK: Calls

    /// Makes a call, now and then one that runs out of time.
    mutating func call(from side: Int) {
        guard !sides[side].isClosed else { return }
        let token = calls.count
        let id = bug == .numbersAreUsedTwice && token > 3 ? calls[token - 1].id : sides[side].state.calls.reserveID()
        let deadline = chance(4) ? now + .milliseconds(Int.random(in: 1...20, using: &random)) : nil
        let call = OutgoingCall(
            method: "m",
            arguments: Self.encoded(token),
            references: nil,
            timeout: nil,
            deadline: deadline,
            flags: [],
            depth: 0
        )
        calls.append(CallRecord(side: side, id: id, deadline: deadline))
        do throws(CallError) {
            try sides[side].state.beginCall(id, call, token)
        } catch { settle(token, .lost) }
    }

    mutating func notify(from side: Int) {
        let arguments = Self.encoded(notificationsSent[side])
        guard (try? sides[side].state.notify("n", arguments)) != nil else { return }
        notificationsSent[side] += 1
    }

    /// A caller loses interest.
    mutating func giveUp(_ token: Int) {
        let call = calls[token]
        let waiter = sides[call.side].state.abandon(call.id)
        if bug == .cancelsAreNotSent { dropLastFrame(of: call.side) }
        guard let waiter else { return }
        calls[token].wasGivenUp = true
        if bug != .givenUpCallsStayOpen { settle(waiter, .givenUp) }
    }

    /// Lets time pass; calls whose time has run out are settled.
    mutating func advance(_ milliseconds: Int) {
        now += .milliseconds(milliseconds)
        for side in sides.indices where bug != .deadlinesAreForgotten {
            for token in sides[side].state.expire(at: now) {
                calls[token].wasGivenUp = true
                settle(token, .expired)
            }
        }
        for call in calls where call.outcomes.isEmpty {
            if let deadline = call.deadline, deadline <= now { note("a call waits longer than it may") }
        }
    }

    mutating func settle(_ token: Int, _ outcome: Outcome) {
        calls[token].outcomes.append(outcome)
        if bug == .answersCountTwice, case .value = outcome { calls[token].outcomes.append(outcome) }
    }

    // MARK: Handlers

    /// A handler ends, with its argument as the result, or with an error.
    mutating func endHandler(_ id: UInt64, at side: Int) {
        guard let handler = sides[side].handlers[id] else { return }
        if bug == .cancelledHandlersNeverEnd, handler.isCancelled { return }
        sides[side].handlers[id] = nil
        let others = sides[side].handlers.keys.sorted()
        let answered = bug == .answersGoToOthers ? others.first ?? id : id
        if chance(5) {
            sides[side].state.finish(answered, with: .failure(CallError(.init(rawValue: handler.call), "no")))
        } else {
            sides[side].state.finish(answered, with: .success(Self.number(handler.call)))
        }
    }

    // MARK: The wire

    /// Puts what a side has to say on the wire.
    mutating func flush(_ side: Int) {
        let frames = sides[side].state.outbox.take()
        guard !frames.isEmpty, !isCut else { return }
        if bug == .framesAreLost, chance(8) { return }
        sides[1 - side].incoming.append(frames)
    }

    /// Delivers the oldest piece to a side.
    mutating func deliver(to side: Int) {
        guard !sides[side].incoming.isEmpty else { return }
        let isReordered = bug == .framesOvertake && sides[side].incoming.count > 1
        let bytes = sides[side].incoming.remove(at: isReordered ? 1 : 0)
        guard !sides[side].isClosed else { return }
        var reader = FrameReader()
        do {
            while let frame = try reader.next(in: bytes.span) {
                apply(frame, bytes, to: side)
                if bug == .repliesComeTwice, case .reply = frame { apply(frame, bytes, to: side) }
            }
        } catch { note("unreadable frame: \(error.message)") }
    }

    private mutating func apply(_ frame: Frame, _ bytes: [UInt8], to side: Int) {
        observe(frame, at: side)
        defer { checkCancel(frame, at: side) }
        switch sides[side].state.receive(frame, in: bytes) {
        case .serve(let call):
            let token = Self.decoded(bytes[call.arguments])
            sides[side].state.beginServing(call.id)
            sides[side].handlers[call.id] = Handler(call: token)
            _ = sides[side].state.attach(token, to: call.id)
        case .handleNotification(_, let arguments): sides[side].heard.append(Self.decoded(bytes[arguments]))
        case .resume(let token, let value):
            if bug != .answersAreForgotten { settle(token, .value(Self.readNumber(bytes[value]))) }
        case .fail(let token, let failure): settle(token, .failure(failure.code))
        case .cancel(let token?, _):
            guard bug != .handlersAreNotTold else { return }
            for id in sides[side].handlers.keys where sides[side].handlers[id]?.call == token {
                sides[side].handlers[id]?.isCancelled = true
            }
        case .disconnect(let reason): note("disconnected: \(reason.message)")
        default: break
        }
    }

    /// Remembers what will be checked.
    private mutating func observe(_ frame: Frame, at side: Int) {
        switch frame {
        case .reply(let id, _), .failure(let id, _):
            let isLate = calls.contains { $0.side == side && $0.id == id && $0.wasGivenUp }
            if isLate { sides[side].lateAnswers.insert(id) }
        case .cancel(let id): sides[side].cancelsHeard.insert(id)
        default: break
        }
    }

    /// Checks that a running handler has heard of a cancellation that arrived.
    private mutating func checkCancel(_ frame: Frame, at side: Int) {
        guard case .cancel(let id) = frame, let handler = sides[side].handlers[id] else { return }
        if !handler.isCancelled { note("a handler did not hear that it was cancelled") }
    }

    /// Ends the connection at one side.
    mutating func close(_ side: Int) {
        isCut = true
        sides[side].isClosed = true
        let remains = sides[side].state.close(DisconnectReason(.lost, "cut"))
        sides[side].handlers = [:]
        guard let remains, bug != .cutsForgetCallers else { return }
        for token in remains.waiters { settle(token, .lost) }
    }

    private mutating func dropLastFrame(of side: Int) {
        let bytes = sides[side].state.outbox.take()
        var (end, last) = (0, 0)
        while let next = FrameSplitter.endOfFrame(at: end, in: bytes.span) { (last, end) = (end, next) }
        sides[side].state.outbox.append(Array(bytes[..<last]))
    }

    mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    // MARK: Payloads

    /// One positional argument.
    private static func encoded(_ number: Int) -> [UInt8] { [0x91] + Self.number(number) + [0xc0] }
    private static func decoded(_ arguments: ArraySlice<UInt8>) -> Int { readNumber(arguments.dropFirst()) }
    private static func number(_ number: Int) -> [UInt8] {
        [0xcd, UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }
    private static func readNumber(_ bytes: ArraySlice<UInt8>) -> Int {
        let digits = bytes.dropFirst().prefix(2)
        return digits.reduce(0) { $0 << 8 | Int($1) }
    }
}
