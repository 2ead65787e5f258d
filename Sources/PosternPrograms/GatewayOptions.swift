package import ArgumentParser
import LibWebSockets
package import Logging
package import Postern
package import PosternGateway

/// The options of every program that opens the JSON doors.
package struct GatewayOptions: ParsableArguments {
    /// Where to listen.
    @OptionGroup package var listen: ListenOptions

    /// How many event loops.
    @Option(
        help: "Event loops, each on a thread of its own; auto for one per processor, within the quota of a container."
    )
    package var loops = Setting.value("loops", default: LoopCount.number(1))

    /// The folder of the static files.
    @Option(name: .customLong("public"), help: "The folder whose files are served, read once at the start.")
    package var publicFolder: String?

    /// Origins besides those that always pass.
    @Option(
        help: "Lets pages of this origin in: https://app.example, https://*.app.example, or * for all. May be repeated."
    )
    package var allowOrigin = Setting.list("allow-origin")

    /// Host names besides those that always pass.
    @Option(help: "Answers under this host too: api.example, api.example:8080 or *.app.example. May be repeated.")
    package var allowHost = Setting.list("allow-host")

    /// Whether pages of listed origins may send cookies.
    @Flag(
        inversion: .prefixedNo,
        help: "Lets pages of origins that are allowed by name send cookies, and read the answers."
    )
    package var allowCredentials = Setting.flag("allow-credentials")

    /// What browsers may load for the pages that are served.
    @Option(help: "The Content-Security-Policy of the files, for pages of your own; '' for none.")
    package var contentSecurityPolicy = Setting.value(
        "content-security-policy",
        default: StaticFiles.strictContentSecurityPolicy
    )

    /// The limits and times of connections.
    @OptionGroup(title: "Limits") package var limits: LimitOptions

    /// How long a stop is announced before it begins.
    @Option(help: "Seconds that connections are still accepted after /readyz has begun to fail, when told to stop.")
    package var drainLead = Setting.value("drain-lead", default: 0)

    /// How long calls may take to end in a stop.
    @Option(help: "Seconds that calls in flight may still take during a stop; then they are answered -32053.")
    package var drainGrace = Setting.value("drain-grace", default: 7)

    /// How long closing connections takes in a stop.
    @Option(help: "Seconds over which WebSockets are closed at the end of a stop.")
    package var drainSpread = Setting.value("drain-spread", default: 2)

    /// Whether errors tell what happened.
    @Flag(
        inversion: .prefixedNo,
        help: "Sends callers the trace of an error, its type and description; not for public servers."
    )
    package var sendTraces = Setting.flag("send-traces")

    /// Whether there is a plain echo for conformance suites.
    @Flag(
        inversion: .prefixedNo,
        help: "Serves a WebSocket at /echo that sends back what it gets, for conformance suites."
    )
    package var rawEcho = Setting.flag("raw-echo")

    /// The defaults.
    package init() {}

    /// Checks the numbers.
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

    /// The gateway that the options describe, without its addresses.
    ///
    /// - Parameter defaultFolder: The folder of the static files when the options name none.
    /// - Returns: The configuration, with the files read.
    /// - Throws: When the folder cannot be read.
    package func configuration(defaultFolder: String? = nil) throws -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        limits.apply(to: &configuration)
        configuration.origins = try originPolicy()
        configuration.drain.lead = .seconds(drainLead)
        configuration.drain.grace = .seconds(drainGrace)
        configuration.drain.spread = .seconds(drainSpread)
        configuration.sendsTraces = sendTraces
        configuration.offersEcho = rawEcho
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
        if allowCredentials, !origins.contains(where: { $0 != .any }) {
            let name = Setting.named("allow-credentials")
            throw ValidationError("\(name) needs an origin that is allowed by name, which * is not")
        }
        return OriginPolicy(origins: origins, hosts: hosts, allowsCredentials: allowCredentials)
    }

    /// Opens the doors, and prints a line for each address.
    ///
    /// - Parameters:
    ///   - configuration: The gateway, without its addresses.
    ///   - dispatcher: What answers the calls.
    ///   - logger: Takes starts and stops.
    ///   - observer: Takes reports of what goes wrong.
    /// - Returns: The gateway, which listens.
    /// - Throws: When an address cannot be listened on.
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
        if let url = listen.url(port: gateway.port) { Output.line("listening on \(url)") }
        for listener in configuration.server.listeners { Output.line("listening on \(listener.name)") }
        return gateway
    }
}
