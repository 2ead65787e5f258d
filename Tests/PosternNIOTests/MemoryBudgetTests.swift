@testable import Postern
@testable import PosternNIO
import PosternAdmission
import PosternLedger
import PosternTestSupport
import Testing

/// The memory that native clients make a server hold, within the budgets of a connection and of the process.
@Suite(.timeLimit(.minutes(10)))
struct MemoryBudgetTests {
    private static let large = [UInt8](repeating: 7, count: 1 << 20)

    /// A server with a ledger of its own, and a method that takes bytes and ends when a gate is opened.
    private struct Hall {
        let gate = Gate()
        let handled = Counter()
        let incidents = IncidentRecorder()
        let ledger: MemoryLedger
        let link: Link

        init(
            _ wiring: Wiring,
            heldBytes: Int,
            gatewayHeldBytes: Int? = nil,
            budget: Int = 1 << 30,
            limitsLoopback: Bool = false
        ) async throws {
            let ledger = MemoryLedger(budget: budget, onDrop: {})
            var options = ConnectionOptions.patient
            options.limits.heldBytes = heldBytes
            options.limits.gatewayHeldBytes = gatewayHeldBytes ?? heldBytes
            options.ledger = ledger
            options.addresses.limitsLoopback = limitsLoopback
            options.observer = incidents
            let router = Router()
            router.root.register("keep", "bytes") { [gate, handled] (bytes: [UInt8]) async in
                handled.increment()
                await gate.wait()
            }
            router.root.register("size", "bytes") { (bytes: [UInt8]) in bytes.count }
            self.ledger = ledger
            link = try await Link.make(wiring, serving: router, options: options)
        }

        func count(_ kind: Incident.Kind) -> Int { incidents.all.count { $0.kind == kind } }
    }

    @Test("Notifications above the budget of the connection are dropped", arguments: [Wiring.tcp, .unix])
    func notificationsAreDropped(wiring: Wiring) async throws {
        let hall = try await Hall(wiring, heldBytes: 12 << 20)
        for _ in 0..<40 {
            try hall.link.client.notify("keep", Self.large)
            await settle { hall.link.client.tables.queuedBytes == 0 }
        }
        #expect(await eventually { hall.count(.notificationDropped) == 37 })
        #expect(hall.count(.budgetReached) > 0)
        #expect(hall.handled.value == 3)
        #expect(hall.ledger.counts.held <= 12 << 20)
        hall.gate.open()
        #expect(await eventually { hall.ledger.counts.held == 0 })
        #expect(try await hall.link.client.call("size", Self.large) == 1 << 20)
        await hall.link.close()
    }

    @Test("Calls above the budget of the connection have not run", arguments: [Wiring.tcp, .unix])
    func callsAreRefused(wiring: Wiring) async throws {
        let hall = try await Hall(wiring, heldBytes: 12 << 20)
        let calls = (0..<3).map { _ -> PendingCall<Void> in hall.link.client.begin("keep", Self.large) }
        let error = await #expect(throws: CallError.self) { try await hall.link.client.call("keep", Self.large) }
        #expect(error?.code == .busy && error?.executed == .no)
        hall.gate.open()
        for call in calls { try await call.value }
        #expect(await eventually { hall.ledger.counts.held == 0 })
        await hall.link.close()
        #expect(await eventually { hall.ledger.counts.holders == 0 })
    }

    @Test("Only a client that may be a gateway has the larger budget", arguments: [false, true])
    func gatewaysHaveALargerBudget(isLimited: Bool) async throws {
        let hall = try await Hall(.tcp, heldBytes: 2 << 20, gatewayHeldBytes: 12 << 20, limitsLoopback: isLimited)
        // Three mebibytes with what its handler may make of it; alone, it is served in any case.
        let call: PendingCall<Void> = hall.link.client.begin("keep", Self.large)
        #expect(await eventually { hall.handled.value == 1 })
        do throws(CallError) {
            #expect(try await hall.link.client.call("size", Self.large) == 1 << 20)
            #expect(!isLimited)
        } catch {
            #expect(isLimited && error.code == .busy && error.executed == .no)
        }
        hall.gate.open()
        try await call.value
        #expect(try await hall.link.client.call("size", Self.large) == 1 << 20)
        await hall.link.close()
    }

    @Test("The connections of one address hold at most half of the budget of the process", arguments: [false, true])
    func oneAddressHoldsHalf(isLimited: Bool) async throws {
        let hall = try await Hall(.tcp, heldBytes: 64 << 20, budget: 48 << 20, limitsLoopback: isLimited)
        var calls: [PendingCall<Void>] = []
        // One after the other, since the output of the client counts in the same ledger.
        for count in 1...7 {
            calls.append(hall.link.client.begin("keep", Self.large))
            try #require(await eventually { hall.handled.value == count })
        }
        // Shorter than the part of a frame for which the connection would be closed.
        let short = [UInt8](repeating: 7, count: 60 << 10)
        let others = (0..<30).map { _ -> PendingCall<Void> in hall.link.client.begin("keep", short) }
        let refusals = { hall.ledger.counts.refusedByAddress }
        #expect(await eventually { hall.handled.value + refusals() == 37 })
        #expect(isLimited ? refusals() > 8 : refusals() == 0)
        #expect(hall.ledger.counts.refusedByProcess == 0)
        hall.gate.open()
        for call in calls { try await call.value }
        var errors: [CallError] = []
        for call in others { do throws(CallError) { try await call.value } catch { errors.append(error) } }
        #expect(errors.count == refusals() && errors.allSatisfy { $0.code == .busy && $0.executed == .no })
        await hall.link.close()
        #expect(await eventually { hall.ledger.counts.held == 0 })
    }

    @Test("The end of a connection releases what was held for it", arguments: [Wiring.tcp, .unix])
    func theEndReleasesEverything(wiring: Wiring) async throws {
        let hall = try await Hall(wiring, heldBytes: 64 << 20)
        let call: PendingCall<Void> = hall.link.client.begin("keep", Self.large)
        #expect(await eventually { hall.handled.value == 1 })
        #expect(hall.ledger.counts.held > 1 << 20)
        await hall.link.close()
        #expect(await eventually { hall.ledger.counts.held == 0 })
        hall.gate.open()
        await #expect(throws: CallError.self) { try await call.value }
    }

    @Test("The largest holder is disconnected with goodbye 7 above the budget of the process")
    func theLargestHolderIsCut() async throws {
        let hall = try await Hall(.tcp, heldBytes: 64 << 20, budget: 32 << 20)
        let others = (0..<8).map { _ in MemoryAccount(MemoryTally(hall.ledger, limit: 1 << 30, onCut: {})) }
        let calls = (0..<5).map { _ -> PendingCall<Void> in hall.link.client.begin("keep", Self.large) }
        #expect(await eventually { hall.handled.value == 5 })
        for other in others { other.add(4 << 20, for: .output) }
        #expect(await hall.link.client.disconnected.kind == .tooMuchMemory)
        for call in calls { await #expect(throws: CallError.self) { try await call.value } }
        #expect(hall.ledger.counts.cut == 1)
        for other in others { other.set(0, for: .output) }
        #expect(await eventually { hall.ledger.counts.held == 0 })
        hall.gate.open()
        await hall.link.close()
    }

    @Test("Half a frame ends the connection when the process has no room for it")
    func halfAFrameIsRefused() async throws {
        let hall = try await Hall(.tcp, heldBytes: 64 << 20, budget: 8 << 20)
        let other = MemoryAccount(MemoryTally(hall.ledger, limit: 1 << 30, onCut: {}))
        other.add(15 << 19, for: .output)
        let address = try #require(hall.link.address)
        let raw = try await RawPeer(RawConnection(to: address))
        raw.send([0, 0x7f, 0, 0] + [UInt8](repeating: 0, count: 6 << 20))
        guard case .goodbye(7, _)? = try await raw.next() else {
            Issue.record("no goodbye 7")
            return
        }
        #expect(try await raw.next() == nil)
        #expect(try await hall.link.client.call("size", [1, 2, 3] as [UInt8]) == 3)
        other.set(0, for: .output)
        #expect(await eventually { hall.ledger.counts.held == 0 })
        await hall.link.close()
    }
}
