@testable import Postern

/// Peers, what is on the wires between them, and everything that a random schedule may do to them.
///
/// Plays the part of `Peer` for the state machines of two processes, or of three in a row, of which the one in the
/// middle passes on what the others lend: makes calls, runs handlers, gives up, carries frames, cuts wires.
struct SimulatedWorld {
    typealias State = PeerState<Int, Int, Int>
    typealias References = ReferenceTables<SimulatedHandle.Key, SimulatedHandle, SimulatedProxy>

    /// One end of a connection; the other end of side n is side n ^ 1.
    final class Side {
        let process: Int
        var state: State
        var references: References
        /// What is on its way to this side.
        var incoming: [(frame: Frame, bytes: [UInt8])] = []
        /// The references of the message that comes next.
        var waiting: ReceivedMessage?
        /// The handlers that run here, by the numbers of their calls.
        var handlers: [UInt64: Handler] = [:]
        /// Numbers of notifications in the order in which they came.
        var heard: [Int] = []
        var notificationsSent = 0
        /// Items that wait for the readers of streams, by the numbers of their calls.
        var streams: [UInt64: [Received?]] = [:]
        /// Calls made here that were settled before an answer came.
        var lateAnswers: Set<UInt64> = []
        /// Calls of which this side heard that they were given up.
        var cancelsHeard: Set<UInt64> = []
        /// Whether somebody has been asked to send what is to be given back.
        var isReleaseAsked = false
        /// What this side has lent, as the frames tell it.
        var books: [UInt64: SimulatedBook] = [:]
        /// The numbers of everything that was ever lent here.
        var numbersUsed: Set<UInt64> = []
        var isClosed = false
        /// Whether what is written here gets lost, since the connection has ended at one side.
        var isCut = false

        init(process: Int, state: State, references: References) {
            self.process = process
            self.state = state
            self.references = references
        }
    }

    struct Handler {
        let call: Int
        var isCancelled = false
        /// Whether its answer has been written, and only has to leave.
        var hasAnswer = false
        /// Whether its answer is a stream, which has not ended.
        var isStream = false
        /// The call by which this one is passed on.
        var forwarded: Int?
    }

    /// What became of one call.
    struct CallRecord {
        let side: Int
        let id: UInt64
        /// What the answer must be.
        let answer: Int
        /// The function that is called; `nil` for a method.
        let function: Int?
        /// The call that this one passes on.
        var origin: (side: Int, id: UInt64)?
        var deadline: Moment?
        var outcomes: [Outcome] = []
        var wasGivenUp = false
    }

    enum Outcome: Hashable {
        case value(Int)
        case failure(Int)
        case givenUp, expired, lost
        /// The call never left.
        case unsent
    }

    /// A message that is written and has not left.
    struct Draft {
        enum Purpose {
            case call(Int, through: SimulatedProxy?)
            case answer(UInt64)
        }

        let side: Int
        let purpose: Purpose
        let bytes: [UInt8]
        let message: SentMessage?
    }

    /// What a message holds that waits to be sent: its references, and what it is sent through.
    struct WaitingMessage {
        let message: SentMessage?
        let proxy: SimulatedProxy?
    }

    /// A message that was received; it may be read or not.
    struct Received {
        let side: Int
        let bytes: [UInt8]
        let message: ReceivedMessage
    }

    var sides: [Side]
    var calls: [CallRecord] = []
    var drafts: [Draft] = []
    /// What calls and notifications hold that wait to be sent; `nil` for those that wait no more.
    var waitingMessages: [Int: WaitingMessage?] = [:]
    /// Messages with references that somebody still has, by process.
    var inbox: [Received] = []
    /// The references that the functions of a process keep.
    var held: [[SimulatedHandle]]
    /// The functions of their own that processes keep.
    var functions: [[SimulatedFunction]]
    /// How many functions there have been.
    var functionCount = 0
    /// What was freed and will be counted.
    var freed: [SimulatedBin.Freed] = []
    /// Messages that have left and are counted later than they should be.
    var uncounted: [(side: Int, numbers: [UInt64])] = []
    /// How many connections hold a function, by function.
    var holders: [Int: Int] = [:]
    /// Messages that a bug keeps.
    var kept: [any Sendable] = []
    let bin = SimulatedBin()
    var now = Moment.now
    let callLimit: Int
    /// Whether messages with references may be larger than what the sides take.
    let hasSmallFrames: Bool
    let bug: PlantedBug?
    var random: SplitMix
    /// Rules that were broken.
    private(set) var faults: [String] = []
    /// What happened, line by line; `nil` when nobody wants to read it.
    private(set) var schedule: [String]?

    init(seed: UInt64, bug: PlantedBug?, isTold: Bool) {
        self.bug = bug
        random = SplitMix(state: seed)
        schedule = isTold ? [] : nil
        var limits = PeerLimits.standard
        if Self.chance(4, &random) { limits.callsInFlight = 3 }
        callLimit = limits.callsInFlight
        hasSmallFrames = Self.chance(3, &random)
        if hasSmallFrames { limits.frameBytes = Hello.leastFrameBytes }
        limits.references = [2, 3, 5, 10_000][Int.random(in: 0..<4, using: &random)]
        let processes = Self.chance(3, &random) ? [0, 1, 1, 2] : [0, 1]
        held = Array(repeating: [], count: processes.count / 2 + 1)
        functions = Array(repeating: [], count: processes.count / 2 + 1)
        sides = []
        for (side, process) in processes.enumerated() {
            var state = State(limits: limits)
            state.start(name: "")
            let limit = bug == .limitsDiffer && side == 0 ? 10_000 : limits.references
            sides.append(Side(process: process, state: state, references: References(limit: limit)))
        }
    }

    mutating func note(_ fault: String) {
        tell("FAULT: \(fault)")
        if faults.count < 5 { faults.append(fault) }
    }

    mutating func tell(_ line: @autoclosure () -> String) { if schedule != nil { schedule?.append(line()) } }

    mutating func chance(_ oneIn: Int) -> Bool { Self.chance(oneIn, &random) }

    private static func chance(_ oneIn: Int, _ random: inout SplitMix) -> Bool {
        Int.random(in: 0..<oneIn, using: &random) == 0
    }
}
