import Synchronization

@testable import Postern

/// A function of a simulated process, like `LocalReference`: its owner must be notified exactly once of its release.
final class SimulatedFunction: Sendable {
    private struct Life {
        var holders = ReferenceHolders()
        var isReleased = false
    }

    let number: Int
    private let life = Mutex(Life())
    private let bin: SimulatedBin
    private let bug: PlantedBug?

    init(_ number: Int, bin: SimulatedBin, bug: PlantedBug?) {
        self.number = number
        self.bin = bin
        self.bug = bug
    }

    deinit {
        guard bug != .unsentFunctionsAreNotReleased else { return }
        let wasReleased = life.withLock { $0.isReleased }
        if !wasReleased || bug == .ownersAreNotifiedTwice { bin.release(number) }
    }

    func gain() { life.withLock { $0.holders.gain() } }

    func noteExported() { life.withLock { $0.holders.noteSent() } }

    /// Removes a holder; returns whether this has notified the owner.
    func lose() -> Bool {
        let isReleased = life.withLock { life in
            guard life.holders.lose(), !life.isReleased else { return false }
            life.isReleased = true
            return true
        }
        if isReleased { bin.release(number) }
        return isReleased
    }
}
