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

    /// The title, version and description.
    package var information: ServerInformation {
        ServerInformation(
            title: interfaceTitle,
            version: interfaceVersion,
            description: interfaceDescription.isEmpty ? nil : interfaceDescription
        )
    }
}
