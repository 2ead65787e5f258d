import ArgumentParser
import Postern

/// The demo program.
@main
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "postern-demo", abstract: "x")

    func run() async throws { _ = DemoServices.makeRouter() }
}
