package import ArgumentParser
import LibWebSockets
package import Logging
package import Postern
package import PosternGateway

/// The options that are common to programs with JSON doors.
package struct GatewayOptions: ParsableArguments {
    /// The addresses to listen on.
    @OptionGroup package var listen: ListenOptions

    /// The number of event loops.
    @Option(
        help: "Event loops, each on a thread of its own; auto for one per processor, within the quota of a container."
    )
    package var loops = Setting.value("loops", default: LoopCount.number(1))

    /// The folder of the static files.
    @Option(name: .customLong("public"), help: "The folder whose files are served, read once at the start.")
    package var publicFolder: String?

    /// The origins that are allowed besides the default ones.
    @Option(
        help: "Admits pages of this origin: https://app.example, https://*.app.example, or * for all. May be repeated."
    )
    package var allowOrigin = Setting.list("allow-origin")

    /// The host names that are allowed besides the default ones.
    @Option(help: "Admits requests with this host: api.example, api.example:8080 or *.app.example. May be repeated.")
    package var allowHost = Setting.list("allow-host")

    /// Whether pages of allowed origins may send cookies.
    @Flag(
        inversion: .prefixedNo,
        help: "Lets pages of origins that are allowed by name send cookies, and read the answers."
    )
    package var allowCredentials = Setting.flag("allow-credentials")

    /// The Content-Security-Policy of the static files.
    @Option(help: "The Content-Security-Policy of the files, for pages of your own; '' for none.")
    package var contentSecurityPolicy = Setting.value(
        "content-security-policy",
        default: StaticFiles.strictContentSecurityPolicy
    )

    /// The title and version of the interface.
    @OptionGroup(title: "Interface") package var interface: InterfaceOptions

    /// The limits and timeouts of connections.
    @OptionGroup(title: "Limits") package var limits: LimitOptions

    /// The share of one address in the connections, and the proxies in front.
    @OptionGroup(title: "Addresses") package var addresses: AddressOptions

    /// The time between the announcement and the beginning of a stop, in seconds.
    @Option(help: "Seconds between the failing of /readyz and the end of accepting connections, at a stop.")
    package var drainLead = Setting.value("drain-lead", default: 0)

    /// The time that calls in flight have to complete during a stop, in seconds.
    @Option(help: "Seconds that calls in flight may still take during a stop; then they are answered -32053.")
    package var drainGrace = Setting.value("drain-grace", default: 7)

    /// The time over which WebSockets are closed during a stop, in seconds.
    @Option(help: "Seconds over which WebSockets are closed at the end of a stop.")
    package var drainSpread = Setting.value("drain-spread", default: 2)

    /// Whether errors contain traces.
    @Flag(
        inversion: .prefixedNo,
        help: "Sends callers the trace of an error, its type and description; not for public servers."
    )
    package var sendTraces = Setting.flag("send-traces")

    /// Whether clients may read the numbers of the gateway.
    @Flag(
        inversion: .prefixedNo,
        help: "Answers rpc.status with the numbers of calls, connections, held bytes and refusals; for every client."
    )
    package var status = Setting.flag("status")

    /// Whether an echo WebSocket for conformance suites is served.
    @Flag(
        inversion: .prefixedNo,
        help: "Serves a WebSocket at /echo that echoes each message, for conformance suites."
    )
    package var rawEcho = Setting.flag("raw-echo")

    /// Creates the default values.
    package init() {}

    /// Throws a `ValidationError` for values that cannot be used.
    package func validate() throws {
        guard loops.isPossible else {
            throw ValidationError("\(Setting.named("loops", loops)) is not within 1 to 64")
        }
        for (name, seconds) in [("lead", drainLead), ("grace", drainGrace), ("spread", drainSpread)] {
            guard (0...3_600).contains(seconds) else {
                throw ValidationError("\(Setting.named("drain-\(name)", seconds)) is not within 0 to 3600")
            }
        }
        guard contentSecurityPolicy.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw ValidationError("\(Setting.named("content-security-policy")) must be one line of ASCII text")
        }
        _ = try originPolicy()
    }

    /// Returns the configuration of a gateway, without its addresses, and reads the static files.
    ///
    /// - Parameter defaultFolder: The folder of the static files when the options name none.
    /// - Returns: The configuration.
    /// - Throws: `ValidationError` when the folder or one of its files cannot be read.
    package func configuration(defaultFolder: String? = nil) throws -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        limits.apply(to: &configuration)
        configuration.information = interface.information
        configuration.server.addresses = addresses.limits
        configuration.origins = try originPolicy()
        configuration.drain.lead = .seconds(drainLead)
        configuration.drain.grace = .seconds(drainGrace)
        configuration.drain.spread = .seconds(drainSpread)
        configuration.sendsTraces = sendTraces
        configuration.offersEcho = rawEcho
        configuration.offersStatus = status
        if let folder = publicFolder ?? Setting.optional("public") ?? defaultFolder {
            configuration.files = try files(in: folder)
        }
        return configuration
    }

    private func files(in folder: String) throws -> StaticFiles {
        do { return try StaticFiles(folder: folder, contentSecurityPolicy: contentSecurityPolicy) } catch {
            let reason = PublicFolder.fault(of: folder) ?? "\(error)"
            throw ValidationError("\(Setting.named("public", folder)) cannot be read: \(reason)")
        }
    }

    private func originPolicy() throws -> OriginPolicy {
        let origins = try allowOrigin.map { text in
            do { return try OriginPattern(text) } catch {
                throw ValidationError("\(Setting.named("allow-origin")): \(error)")
            }
        }
        let hosts = try allowHost.map { text in
            do { return try HostPattern(text) } catch {
                throw ValidationError("\(Setting.named("allow-host")): \(error)")
            }
        }
        // Browsers ignore credentials for the origin *.
        if allowCredentials, !origins.contains(where: { $0 != .any }) {
            let name = Setting.named("allow-credentials")
            throw ValidationError("\(name) needs an origin that is allowed by name, which * is not")
        }
        return OriginPolicy(origins: origins, hosts: hosts, allowsCredentials: allowCredentials)
    }

    /// Starts a gateway, and prints a line for each address.
    ///
    /// - Parameters:
    ///   - configuration: The configuration, without addresses.
    ///   - dispatcher: Answers the calls.
    ///   - logger: Logs starts and stops.
    ///   - observer: Is notified of incidents.
    /// - Returns: The gateway, which is listening.
    /// - Throws: `CallError` or `HTTPServer.StartError` when the gateway cannot listen on an address, `ValidationError`
    ///   when the reason is an invalid host.
    package func open(
        _ configuration: GatewayConfiguration,
        dispatcher: any Dispatcher,
        logger: Logger,
        observer: any IncidentObserver
    ) async throws -> Gateway {
        var configuration = configuration
        let (loops, reason) = loops.choice
        configuration.server.loops = loops
        logger.info("event loops", metadata: ["loops": "\(loops)", "reason": "\(reason)"])
        try await listen.apply(to: &configuration)
        let gateway: Gateway
        do throws(HTTPServer.StartError) {
            gateway = try await Gateway(configuration, dispatcher: dispatcher, logger: logger, observer: observer)
        } catch {
            throw listen.usageError(error) ?? error
        }
        if let url = listen.url(port: gateway.port) { Output.announce("listening on \(url)") }
        for listener in configuration.server.listeners { Output.announce("listening on \(listener.name)") }
        return gateway
    }
}
