public import RotationCore

/// Adapters whose authorization servers are measured.
public struct MeasuredAdapters: AdapterFactory {
    private let adapters: any AdapterFactory
    private let meter: CallMeter

    /// `adapters`, measured by `meter`.
    public init(_ adapters: any AdapterFactory, by meter: CallMeter) {
        self.adapters = adapters
        self.meter = meter
    }

    /// The server of `plan`, measured by its type.
    public func server(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer {
        MeasuredServer(try await adapters.server(of: plan), type: plan.server.type, by: meter)
    }

    /// One store, as it is.
    public func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    { try await adapters.store(settings, of: plan) }

    /// One hook, as it is.
    public func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    { try await adapters.hook(settings, of: plan) }

    /// One reporter, as it is.
    public func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
    { try await adapters.reporter(settings, of: plan) }
}
