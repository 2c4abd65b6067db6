import Adapters
import Foundation
import HTTPTransport
import RotationCore

/// A live look at everything that a plan names: reads only.
struct Examination {
    let plan: Plan
    /// The rotation under way, which leaves stores and server half-way on purpose.
    var live: Rotation?

    /// What was found.
    struct Result {
        var findings: [(target: String, finding: Finding)] = []
        var slots: String?
        var canDisable = false
        /// What the exit code of a check should be; nil where there is no problem.
        var exit: HoldoverExit? { HoldoverExit.gravest(exits) }
        private var exits: [HoldoverExit] = []
        var hasProblem: Bool { findings.contains { $0.finding.severity == .problem } }

        mutating func add(_ target: String, _ finding: Finding) {
            findings.append((target, finding))
            if finding.severity == .problem { exits.append(.failure) }
        }

        mutating func add(_ target: String, _ error: AdapterError) {
            findings.append((target, Finding(.problem, code: error.code, message: error.message)))
            exits.append(Problem(error).exit)
        }

        func views(of client: ClientName) -> [FindingView] {
            findings.map { target, finding in
                FindingView(
                    client: client.rawValue, target: target,
                    severity: finding.severity.rawValue, code: finding.code,
                    message: finding.message)
            }
        }

        func show(on console: Console) {
            for (target, finding) in findings {
                let tone: Console.Tone = finding.severity == .problem ? .bad : .attention
                let word = console.colored(finding.severity.rawValue, tone)
                let said = safeText(finding.message, limit: 600)
                // Adapters begin with their own name, which is often the target's too.
                let text = said.hasPrefix("\(target):") ? said : "\(target): \(said)"
                console.line("  \(word): \(text) [\(finding.code)]")
            }
        }
    }

    func run() async -> Result {
        var result = Result()
        let factory = Ports.factory()
        let secret = await examineStores(factory, &result)
        await examineServer(factory, secret, &result)
        await examineClock(&result)
        await examineConsumers(factory, &result)
        return result
    }

    private var severityWhereHalfWay: Finding.Severity { live == nil ? .problem : .warning }

    private func examineStores(_ factory: any AdapterFactory, _ result: inout Result) async
        -> ClientSecret?
    {
        var common: ClientSecret?
        for settings in plan.stores {
            do throws(AdapterError) {
                let store = try await factory.store(settings, of: plan)
                _ = try await store.identity()
                for finding in try await store.preflight() { result.add(settings.name, finding) }
                guard let stored = try await store.read() else {
                    let empty = Finding(
                        .problem, code: "store-empty", message: "it holds no secret yet")
                    result.add(settings.name, empty)
                    continue
                }
                guard let secret = stored.secret else { continue }
                if let common, !common.matches(secret) {
                    let differs = Finding(
                        severityWhereHalfWay, code: "stores-disagree",
                        message: "it holds another secret than the stores before")
                    result.add(settings.name, differs)
                }
                common = secret
                if let candidate = stored.candidate, !candidate.matches(secret) {
                    let differs = Finding(
                        severityWhereHalfWay, code: "candidate-differs",
                        message: "its candidate is another than the secret, and nobody knows "
                            + "whose; make it the same")
                    result.add(settings.name, differs)
                }
            } catch { result.add(settings.name, error) }
        }
        return common
    }

    private func examineServer(
        _ factory: any AdapterFactory, _ secret: ClientSecret?, _ result: inout Result
    ) async {
        let name = plan.server.name
        do throws(AdapterError) {
            let server = try await factory.server(of: plan)
            let capabilities = server.capabilities
            result.canDisable = capabilities.canDisable
            if !capabilities.canWithdraw { result.add(name, OneWay.finding) }
            _ = try await server.identity()
            // The slot that is taken is taken by the rotation itself.
            let found = try await server.preflight(overlap: plan.overlap).filter { finding in
                live == nil
                    || !["-limit-reached", "-slot-occupied"].contains { finding.code.hasSuffix($0) }
            }
            for finding in found { result.add(name, finding) }
            // What keeps the rest from working keeps the scopes from being read too.
            if !found.contains(where: { $0.severity == .problem }) {
                for finding in await scopeFindings(server) { result.add(name, finding) }
            }
            guard capabilities.permits(plan.strategy) else {
                return result.add(name, Outage.refusal(of: plan))
            }
            let isReplaced = capabilities.shape == .single
            if plan.strategy == .preStage { result.add(name, Staging.finding) }
            if Outage.isAhead(of: plan) { result.add(name, Outage.finding) }
            let listed = try await server.credentials(knowing: KnownSecrets(old: secret))
            let limit = capabilities.limit == .max ? "" : " of \(capabilities.limit)"
            result.slots = "\(listed.count)\(limit) secrets exist"
            if let live {
                let note = Finding(
                    .warning, code: "rotation-under-way",
                    message:
                        "rotation \(live.id.rawValue) is in \(live.state.phase?.rawValue ?? "")"
                        + "; its second secret is no problem")
                result.add(name, note)
            } else if !isReplaced, listed.count >= capabilities.limit {
                let full = Finding(
                    .problem, code: "slot-occupied",
                    message: "the server allows \(capabilities.limit) secrets and "
                        + "\(listed.count) exist; one must go first")
                result.add(name, full)
            }
            guard let secret else { return }
            // At another registration it is refused, which looks as if somebody still came there.
            if case .refused(let code) = try await server.authenticate(
                with: secret, of: listed.first { $0.holds == .old }?.id, connection: .kept)
            {
                let refused = Finding(
                    .problem, code: "old-secret-refused",
                    message: "it refuses the secret that the stores hold now (\(code))")
                result.add(name, refused)
            }
        } catch { result.add(name, error) }
    }

    /// What the client may do beyond its needs; where that may not be read, that it isn't known.
    private func scopeFindings(_ server: any AuthorizationServer) async -> [Finding] {
        do throws(AdapterError) {
            return ScopeRule(needed: plan.scopes).findings(holding: try await server.scopes())
        } catch {
            return [
                Finding(
                    .warning, code: "scopes-unread",
                    message: "\(error.message); whether the client may do more than it needs isn't "
                        + "known")
            ]
        }
    }

    /// A clock that is far off makes tokens and evidence look stale.
    private func examineClock(_ result: inout Result) async {
        guard case .text(let url)? = plan.server.values["url"] else { return }
        var request = HTTPRequest(method: "GET", url: url)
        if case .text(let path)? = plan.server.values["ca_file"] { request.caFile = path }
        guard let response = try? await CurlClient().send(request),
            let date = response.headers["Date"].flatMap(Self.httpDate)
        else { return }
        // The server says what year it is, so it may be one that no whole number holds.
        let drift = min(abs(date.timeIntervalSinceNow), 1e12)
        guard drift > 300 else { return }
        let finding = Finding(
            .warning, code: "clock-differs",
            message: "its clock and ours differ by \(Int(drift)) s; times can't be compared")
        result.add(plan.server.name, finding)
    }

    private static func httpDate(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text)
    }

    private func examineConsumers(_ factory: any AdapterFactory, _ result: inout Result) async {
        for consumer in plan.consumers where consumer.report != nil {
            do throws(AdapterError) {
                let reporter = try await factory.reporter(consumer, of: plan)
                for finding in try await reporter.preflight() {
                    result.add(consumer.name, finding)
                }
                let telemetry = AdapterRegistry.capabilities(of: plan)?.telemetry
                if reporter.source == .telemetry, telemetry != .secret {
                    let words =
                        telemetry == .retained
                        ? "the server tells only of the retained secret's use, which never proves "
                            + "that the new one is used"
                        : "the server doesn't tell when each secret was used"
                    let blind = Finding(.problem, code: "server-tells-no-use", message: words)
                    result.add(consumer.name, blind)
                }
                guard try await reporter.report(since: nil) == nil else { continue }
                let silent = Finding(
                    .warning, code: "consumer-silent",
                    message: "it has not reported yet; the rotation would wait for it")
                result.add(consumer.name, silent)
            } catch { result.add(consumer.name, error) }
        }
        for hook in plan.reload {
            do throws(AdapterError) {
                for finding in try await factory.hook(hook, of: plan).preflight() {
                    result.add(hook.name, finding)
                }
            } catch {
                result.add(hook.name, error)
            }
        }
    }
}

/// One finding as `--json` has it.
struct FindingView: Encodable {
    let client: String
    let target: String
    let severity: String
    let code: String
    let message: String
}
