/// All attacks, in the order of the documentation.
enum AttackCatalogue {
    /// The attacks.
    static let all =
        MemoryAttacks.all + ShareAttacks.all + AddressAttacks.all + OverloadAttack.all + RequestAttacks.all
        + FrameAttacks.all + MessageAttacks.all + LeavingAttacks.all + SlowAttacks.all + EventAttacks.all
        + NativeAttacks.all + ReferenceAttacks.all + LogAttacks.all

    /// Returns the attack of a name.
    static func attack(named name: String) -> Attack? { (all + [Churn.attack]).first { $0.name == name } }

    /// Returns the attacks to run.
    ///
    /// - Parameters:
    ///   - names: The names of those that are wanted; all for an empty list.
    ///   - isShort: Whether only those of the short form are wanted.
    /// - Returns: The attacks, in the order of the catalogue.
    /// - Throws: ``TortureFailure`` for a name that is not in the catalogue.
    static func selection(_ names: [String], isShort: Bool) throws(TortureFailure) -> [Attack] {
        if let unknown = names.first(where: { attack(named: $0) == nil }) {
            throw TortureFailure("there is no attack \(unknown); --list prints their names")
        }
        guard names.isEmpty else { return all.filter { names.contains($0.name) } }
        guard isShort else { return all }
        return all.filter(\.isInShortForm).map { attack in
            var short = attack
            short.seconds = attack.shortSeconds ?? attack.seconds
            return short
        }
    }
}
