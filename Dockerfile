# The exchange as one image: the same for the engine on EC2, the gateway tier and a local venue.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src

# Restores before the sources come in: this layer changes only with the references.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Exchange.Matching/Exchange.Matching.csproj Exchange.Matching/packages.lock.json Exchange.Matching/
COPY Modules/Exchange.Accounts/Exchange.Accounts.csproj Modules/Exchange.Accounts/packages.lock.json Modules/Exchange.Accounts/
COPY Modules/Exchange.MarketData/Exchange.MarketData.csproj Modules/Exchange.MarketData/packages.lock.json Modules/Exchange.MarketData/
COPY Modules/Exchange.Orders/Exchange.Orders.csproj Modules/Exchange.Orders/packages.lock.json Modules/Exchange.Orders/
COPY Modules/Exchange.Replication/Exchange.Replication.csproj Modules/Exchange.Replication/packages.lock.json Modules/Exchange.Replication/
COPY Modules/Exchange.Risk/Exchange.Risk.csproj Modules/Exchange.Risk/packages.lock.json Modules/Exchange.Risk/
COPY Exchange.Host/Exchange.Host.csproj Exchange.Host/packages.lock.json Exchange.Host/
RUN dotnet restore Exchange.Host/Exchange.Host.csproj --locked-mode

COPY .editorconfig ./
COPY Exchange.Matching/ Exchange.Matching/
COPY Modules/ Modules/
COPY Exchange.Host/ Exchange.Host/
RUN dotnet publish Exchange.Host/Exchange.Host.csproj -c Release --no-restore -o /app && mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
# The volume starts with the rights of this folder: only the exchange may read its journal.
COPY --from=build --chown=$APP_UID:$APP_UID --chmod=700 /data /data

ENV ASPNETCORE_URLS=http://0.0.0.0:8080 \
    Exchange__Mode=venue \
    Exchange__DataDirectory=/data
VOLUME /data
EXPOSE 8080
USER $APP_UID

# The image has no curl: bash opens the socket itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["dotnet", "Exchange.Host.dll"]
