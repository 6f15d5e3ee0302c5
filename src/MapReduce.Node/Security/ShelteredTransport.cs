using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport;
using Akka.Remote.Transport.DotNetty;
using MapReduce.Node.Telemetry;
using RemoteTransport = Akka.Remote.Transport.Transport;

namespace MapReduce.Node.Security;

/// <summary>
/// The TCP transport of Akka.NET, without the power to end the node. A system whose call is answered without a certificate that it trusts shuts itself down there: <see cref="CoordinatedShutdown"/>, reason TlsHandshakeFailureReason, since 1.5.52.
/// Here that is a reason to hold back from the one that answered, or else a stranger on the port of a node that died, or one node with an expired certificate, would end all that call it.
/// So the transport lives in an actor system of its own, which has nothing else to shut down.
/// </summary>
internal sealed class ShelteredTransport : RemoteTransport
{
    private const string Inner = "Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote";

    private readonly ActorSystem shelter;
    private readonly RemoteTransport transport;

    /// <param name="system">The system of the node.</param>
    /// <param name="config">The settings of the transport.</param>
    public ShelteredTransport(ActorSystem system, Config config)
    {
        (System, Config) = (system, config);
        var settings = ConfigurationFactory.ParseString($$"""
            akka {
              loggers = []
              loglevel = {{system.Settings.LogLevel}}
              stdout-loglevel = OFF
              log-dead-letters = off
              coordinated-shutdown {
                terminate-actor-system = off
                run-by-clr-shutdown-hook = off
                run-by-actor-system-terminate = off
              }
              remote.flush-wait-on-shutdown = {{system.Settings.Config.GetString("akka.remote.flush-wait-on-shutdown")}}
            }
            """);
        shelter = ActorSystem.Create(system.Name, BootstrapSetup.Create().WithConfig(settings).And(system.Settings.Setup.Get<DotNettySslSetup>().Value));
        shelter.EventStream.Subscribe(shelter.ActorOf(Props.Create(() => new Forwarder(system.EventStream))), typeof(LogEvent));
        transport = (RemoteTransport)Activator.CreateInstance(Type.GetType(Inner, throwOnError: true)!, shelter, config)!;
        SchemeIdentifier = transport.SchemeIdentifier;
        MaximumPayloadBytes = transport.MaximumPayloadBytes;
    }

    /// <inheritdoc/>
    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        try
        {
            return await transport.Listen();
        }
        catch
        {
            await shelter.Terminate();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => transport.IsResponsibleFor(remote);

    /// <inheritdoc/>
    public override Task<AssociationHandle> Associate(Address remoteAddress) => transport.Associate(remoteAddress);

    /// <inheritdoc/>
    public override Task<bool> ManagementCommand(object message) => transport.ManagementCommand(message);

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        try
        {
            return await transport.Shutdown();
        }
        finally
        {
            await shelter.Terminate();
        }
    }

    /// <summary>What the transport logs is the node's, at a pace that those who connect cannot set: each that is refused is several lines there, one of them with a stack.</summary>
    private sealed class Forwarder(EventStream node) : UntypedActor
    {
        private readonly LogPace pace = new(TimeProvider.System);

        protected override void OnReceive(object message)
        {
            var entry = (LogEvent)message;
            // Whoever looks for faults wants to see them all.
            if (entry.LogLevel() == LogLevel.DebugLevel) node.Publish(entry);
            else if (pace.Admits(out var more)) node.Publish(more == 0 ? entry : Counting(entry, more));
        }

        private static LogEvent Counting(LogEvent entry, long more)
        {
            var message = string.Create(CultureInfo.InvariantCulture, $"{entry.Message} And {more} more since the line before.");
            return entry.LogLevel() switch
            {
                LogLevel.ErrorLevel => new Error(entry.Cause, entry.LogSource, entry.LogClass, message),
                LogLevel.WarningLevel => new Warning(entry.Cause, entry.LogSource, entry.LogClass, message),
                _ => new Info(entry.Cause, entry.LogSource, entry.LogClass, message),
            };
        }
    }
}
