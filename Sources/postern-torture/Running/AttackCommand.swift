import ArgumentParser
import FoundationEssentials
import Glibc
import PosternNIO
import PosternPrograms

/// `postern-torture attack`: the process of one attack.
struct AttackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attack",
        abstract: "Runs one attack against a server, and prints what it has seen.",
        shouldDisplay: false
    )

    @Argument(help: "The name of the attack.")
    var name: String

    @Option(help: "The IP address and port of the JSON doors.")
    var address: String

    @Option(help: "The address of the native door.")
    var native: Address?

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 1

    @Option(help: "Seconds, in place of those of the attack.")
    var seconds: Int?

    func run() async throws {
        guard let attack = AttackCatalogue.attack(named: name) else { throw ValidationError("no attack \(name)") }
        let attacker = Attacker(
            server: try Target.address(address),
            native: native,
            seed: seed,
            end: .now + .seconds(seconds ?? attack.seconds)
        )
        await withTaskGroup { group in
            group.addTask { await Self.run(attack, by: attacker) }
            group.addTask { await attacker.hold() }
            // An attack that still waits for an answer at its end has seen what there was to see.
            await group.next()
            Output.line(String(decoding: (try? JSONEncoder().encode(attacker.record.current)) ?? Data(), as: UTF8.self))
            // Clients leave at once, as those of an attack do.
            _exit(0)
        }
    }

    private static func run(_ attack: Attack, by attacker: Attacker) async {
        do { try await attack.run(attacker) } catch {
            attacker.record.fault("\(error)")
        }
    }
}
