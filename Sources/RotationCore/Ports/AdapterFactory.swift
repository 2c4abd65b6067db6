/// Makes ports out of a plan's settings.
///
/// The engine asks for ports by plan and knows no adapter.
///
/// Making a port touches nothing outside. It throws `refused` where settings don't fit together
/// and `missing` where a referenced secret can't be read.
public protocol AdapterFactory: Sendable {
    /// The server of `plan`, bound to its client.
    func server(of plan: Plan) async throws(AdapterError) -> any AuthorizationServer
    /// One store.
    func store(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any SecretStore
    /// One hook.
    func hook(_ settings: TargetSettings, of plan: Plan) async throws(AdapterError)
        -> any ReloadHook
    /// One consumer's reporter.
    func reporter(_ settings: ConsumerSettings, of plan: Plan) async throws(AdapterError)
        -> any AdoptionReporter
}
