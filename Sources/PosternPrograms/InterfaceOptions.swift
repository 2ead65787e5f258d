import ArgumentParser
package import PosternJSONRPC

/// The options for what `rpc.discover` and `/openrpc.json` state about the interface as a whole.
package struct InterfaceOptions: ParsableArguments {
    /// The name of the interface.
    @Option(help: "The title of the interface in rpc.discover and /openrpc.json.")
    package var interfaceTitle = Setting.value("interface-title", default: ServerInformation().title)

    /// The version of the interface.
    @Option(help: "The version of the interface there, such as that of the service behind this gateway.")
    package var interfaceVersion = Setting.value("interface-version", default: ServerInformation().version)

    /// The purpose of the interface.
    @Option(help: "The description of the interface there; '' for none.")
    package var interfaceDescription = Setting.value("interface-description", default: "")

    /// Creates the default values.
    package init() {}

    /// Throws a `ValidationError` for texts that are no single line.
    package func validate() throws {
        for (name, text) in [("title", interfaceTitle), ("version", interfaceVersion)] where text.isEmpty {
            throw ValidationError("\(Setting.named("interface-\(name)")) must not be empty")
        }
        let texts = [("title", interfaceTitle), ("version", interfaceVersion), ("description", interfaceDescription)]
        for (name, text) in texts where text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw ValidationError("\(Setting.named("interface-\(name)")) must be one line of text")
        }
    }

    /// The title, version and description.
    package var information: ServerInformation {
        ServerInformation(
            title: interfaceTitle,
            version: interfaceVersion,
            description: interfaceDescription.isEmpty ? nil : interfaceDescription
        )
    }
}
